/** What the preview of a link and a search engine show of an apartment, as they run no program of a page's. */
import { escapeAttribute, escapeText } from 'entities';
import type { Apartment } from '../../protocol/terms.ts';
import { DESCRIPTION_SHOWN_MAX } from '../limits.ts';

const TITLE = /<title>[^<]*<\/title>/;
const DESCRIPTION = /<meta name="description" content="[^"]*" \/>/;

/** @param document the built page; it stays as it is where it has no head of that kind */
export function withHead(document: string, { name, description, city, country, photos }: Apartment): string {
  const title = `${name} · Nightlatch`;
  const place = [city, country].filter((part) => part !== '').join(', ');
  const says = shortened(description === '' ? place : description.replaceAll(/\s+/g, ' '));
  const named = (key: string, content: string) => `<meta ${key} content="${escapeAttribute(content)}" />`;
  const metas = [
    named('name="description"', says),
    named('property="og:type"', 'website'),
    named('property="og:site_name"', 'Nightlatch'),
    named('property="og:title"', `${name}, ${place}`),
    named('property="og:description"', says),
    ...(photos ?? []).slice(0, 1).map(({ url }) => named('property="og:image"', url)),
  ];
  // By functions: a `$` in a name is no pattern.
  return document
    .replace(TITLE, () => `<title>${escapeText(title)}</title>`)
    .replace(DESCRIPTION, () => metas.join('\n    '));
}

function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= DESCRIPTION_SHOWN_MAX) return text;
  return `${characters.slice(0, DESCRIPTION_SHOWN_MAX - 1).join('')}…`;
}
