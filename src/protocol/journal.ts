/** An apartment's history as its host and admins read it: what happened, and the calendar as of then. */
import { z } from 'zod';
import { Id } from './ids.ts';
import { Instant } from './instant.ts';
import { HISTORY_FACTS_MAX } from './limits.ts';
import { Calendar } from './resources.ts';

const Version = z.coerce.number().int().nonnegative();

/** As of when: `at` or `version`, else now. Of the facts up to then: the last ones, or the first ones after `after`. */
export const JournalQuery = z
  .object({
    at: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'the calendar as of this instant; without it, now' }),
    version: Version.optional().meta({ description: 'the calendar as of this version' }),
    after: Version.optional().meta({ description: 'the first facts after this version, not the last ones' }),
    limit: z.coerce.number().int().min(1).max(HISTORY_FACTS_MAX).default(HISTORY_FACTS_MAX),
  })
  .refine(({ at, version }) => at === undefined || version === undefined, {
    path: ['version'],
    message: 'send at or version, not both: two facts may share an instant',
  });
export type JournalQuery = z.infer<typeof JournalQuery>;

export const JournalAnswer = z.object({
  /** Of the apartment now, whatever was asked for. */
  latestVersion: z.int().nonnegative(),
  /** The facts up to this one are archived, and cannot be asked for; not there where none are. */
  archivedVersion: z.int().positive().optional(),
  calendar: Calendar,
  facts: z.array(
    z.object({
      version: z.int(),
      kind: z.string(),
      at: Instant,
      /** Whose command caused it. Of others than themselves a host is not told. */
      subjectId: Id.optional(),
      fact: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type JournalAnswer = z.infer<typeof JournalAnswer>;
