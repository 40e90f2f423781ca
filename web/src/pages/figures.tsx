import { t } from '../texts/index.ts';

export function FiguresPage() {
  return <h1>{t.shell.titles.figures}</h1>;
}
