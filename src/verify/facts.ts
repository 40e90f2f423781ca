/**
 * Every shape in which a fact was ever written, as the judge reads it: from the specification and from what journals
 * hold, not from the program that writes them. A field too many is a shape that is not known, as one too few is.
 */
import { z } from 'zod';

const Id = z.string().min(1);
const Whole = z.int();
const Minor = z.int().nonnegative();
const Price = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  lines: z.array(z.tuple([Whole, Whole, Whole])),
});
export type Price = z.infer<typeof Price>;

const fact = <const Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ kind: z.literal(kind), v: z.literal(1).default(1), ...shape });

const SHAPES = [
  fact('held', {
    ...{ hold: Id, from: Whole, to: Whole, guests: Whole, price: Price, expiresAtMs: Whole },
    ...{ adults: Whole.optional(), firstHeldAtMs: Whole.optional(), replaces: z.array(Id).optional() },
  }),
  fact('extended', { hold: Id, expiresAtMs: Whole }),
  z.strictObject({
    ...{ kind: z.literal('extended'), v: z.literal(2), hold: Id, expiresAtMs: Whole, used: z.boolean() },
  }),
  fact('confirming', { hold: Id, booking: Id, key: Id, method: z.string(), deadlineMs: Whole }),
  fact('authorised', { hold: Id, key: Id }),
  fact('declined', { hold: Id, key: Id, reason: z.enum(['declined', 'action_required']) }),
  fact('confirmed', { hold: Id, booking: Id, key: Id }),
  fact('released', { hold: Id, expiresAtMs: Whole.optional() }),
  fact('expired', { hold: Id }),
  fact('settled', { key: Id, outcome: z.enum(['nothing_taken', 'voided', 'refunded', 'refused']) }),
  fact('cancelled', { booking: Id, key: Id, refundMinor: Minor, reason: z.string().optional() }),
  fact('blocked', { block: Id, from: Whole, to: Whole, reason: z.string().optional() }),
  fact('unblocked', { block: Id }),
  fact('adopted', { guest: Id, account: Id }),
  fact('paused', {}),
  fact('resumed', {}),
  fact('retired', {}),
] as const;

export type Fact = z.infer<(typeof SHAPES)[number]>;
export type Of<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

const BY_SHAPE = new Map(
  SHAPES.map((shape) => [`${shape.shape.kind.value} ${shape.shape.v.safeParse(2).success ? 2 : 1}`, shape]),
);
const KINDS: ReadonlySet<string> = new Set(SHAPES.map((shape) => shape.shape.kind.value));

/** A row of the journal: the fact itself is read apart, as its shape depends on its kind. */
const Row = z.strictObject({
  version: Whole.positive(),
  kind: z.string(),
  subjectId: Id.nullable(),
  requestId: Id.nullable(),
  atMs: Whole,
  /** As it stands in the table, without its kind. */
  fact: z.string(),
  hash: Whole.nullable(),
});
const Content = z.record(z.string(), z.unknown());

export interface Entry {
  readonly version: number;
  readonly subjectId: string | null;
  readonly requestId: string | null;
  readonly atMs: number;
  readonly fact: Fact;
  readonly kind: string;
  readonly text: string;
  readonly hash: number | null;
}

/** @returns a sentence where the row is none that is known */
export function entryOf(value: unknown): Entry | string {
  const row = Row.safeParse(value);
  if (!row.success) return `its row ${whyNot(row.error)}`;
  const { fact: text, ...place } = row.data;
  const { kind } = place;
  const content = Content.safeParse(JSON.parse(text));
  if (!content.success) return `its fact ${whyNot(content.error)}`;
  const { v = 1 } = content.data;
  const shape = BY_SHAPE.get(`${kind} ${v}`);
  if (shape === undefined) {
    const what = KINDS.has(kind) ? `is ${kind} of version ${String(v)}` : `is of kind ${kind}`;
    return `its fact ${what}, which this program does not know; run the newer one that wrote it`;
  }
  const read = shape.safeParse({ kind, ...content.data });
  return read.success ? { ...place, text, fact: read.data } : `its fact ${kind} ${whyNot(read.error)}`;
}

export function whyNot({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.join('.') || 'all of it';
  return `is of no shape that was ever written (${where}: ${issue?.message})`;
}
