import { t } from '../texts/index.ts';

export function ServersPage() {
  return <h1>{t.shell.titles.servers}</h1>;
}
