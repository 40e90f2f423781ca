/**
 * What people write. What others see of it must be what was meant: text that shows nothing, breaks out of its line or
 * turns around what stands beside it makes one name look like another on whoever's page shows it.
 */
import { z } from 'zod';

/** PostgreSQL cannot store U+0000 or half a surrogate pair, and nothing good is meant by the other controls. */
const STORABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * Not in it: controls, line and paragraph separators (U+2028), marks that turn text around (U+202E, U+2066) or show
 * nothing (U+200B; letters that are blank), and what Unicode has no meaning for. Joiners and the plain marks of direction
 * are letters' own business in Persian, Hindi, Arabic and Hebrew (U+200C to U+200F, U+061C).
 */
const SHOWN = String.raw`(?:[\u{61c}\u{200c}-\u{200f}]|[^\p{Cc}\p{Cs}\p{Cf}\p{Cn}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}])`;
const LINE = new RegExp(`^${SHOWN}*$`, 'u');
const PARAGRAPHS = new RegExp(String.raw`^(?:${SHOWN}|[\t\n\r])*$`, 'u');
/** Something to see, where there is anything at all. */
const SEEN = /^$|[\p{L}\p{N}\p{P}\p{S}]/u;

const HIDDEN = new RegExp(`(?!${SHOWN}).`, 'gsu');

/** A line of others' without what {@link shownLine} refuses in it; white space as single spaces. */
export function withoutHidden(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(HIDDEN, '')
    .trim();
}

/** @param what with its article, for the message: `a name` */
export function shownLine(what: string, max: number) {
  return z
    .string()
    .trim()
    .max(max)
    .regex(
      LINE,
      `${what} has no control characters, line breaks, or marks that turn text around or show nothing`,
    )
    .regex(SEEN, `${what} has something to see in it`);
}

/** Lines may break. */
export function shownParagraphs(what: string, max: number) {
  return z
    .string()
    .trim()
    .max(max)
    .regex(PARAGRAPHS, `${what} has no control characters, or marks that turn text around or show nothing`)
    .regex(SEEN, `${what} has something to see in it`);
}

/** What is looked for or compared, and shown to nobody. */
export function storable(what: string, max: number) {
  return z.string().max(max).regex(STORABLE, `${what} has no control characters`);
}
