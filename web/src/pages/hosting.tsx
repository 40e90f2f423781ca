import { t } from '../texts/index.ts';

export function HostingPage() {
  return <h1>{t.shell.titles.hosting}</h1>;
}
