/**
 * The life of one form:
 *
 *   edited ──save──> saving ──ok──> edited (nothing unsaved)
 *     ^                 ├──refused──> edited, with problems at their fields
 *     └──chosen── conflict <──somebody else has saved──┘
 */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import { newRequestId } from '../../../../src/client/request-id.ts';
import type { ErrorBody, FieldError } from '../../../../src/protocol/errors.ts';
import { client } from '../../shared/live/client.ts';
import { changedPaths, changeOf, type Draft, draftOf, type Merge, merge, withValue } from './draft.ts';
import { fieldOf } from './field-places.ts';
import type { ListingForm } from './form.ts';
import { type DraftPlace, keepDraft, keptDraft } from './kept-draft.ts';
import { newDraft } from './new-draft.ts';
import { localized } from './problem-text.ts';
import { problemsOf } from './problems.ts';

export interface Conflict extends Merge {
  readonly base: Draft;
  readonly mine: Draft;
  readonly latest: ManagedApartment;
}

export interface Listing {
  readonly apartment: ManagedApartment | undefined;
  readonly base: Draft | undefined;
  readonly draft: Draft;
  readonly changed: ReturnType<typeof changedPaths>;
  readonly problems: readonly FieldError[];
  /** Refused for a reason that is no field's. */
  readonly error: ErrorBody | undefined;
  readonly conflict: Conflict | undefined;
  readonly isSaving: boolean;
  /** An instant; undefined before the first time. */
  readonly savedAt: string | undefined;
  /** The draft comes from before a reload. */
  readonly isRestored: boolean;
  /** Counts the times that saving was refused: each moves the focus to the summary. */
  readonly refusals: number;
  set: ListingForm['set'];
  save(): Promise<void>;
  discard(): void;
  /** Goes on from what the other has saved. */
  resolve(draft: Draft): void;
  /** Saved elsewhere on the page, such as by pausing it: the draft goes on from there. */
  rebase(apartment: ManagedApartment): void;
}

/**
 * @param loaded undefined for a new apartment
 * @param onCreated with the new one; the form of a new apartment ends there
 */
export function useListing(
  loaded: ManagedApartment | undefined,
  onCreated: (apartment: ManagedApartment) => void,
): Listing {
  const [place] = useState(() => ({ ownerId: client.sessions.who?.subject.id, apartmentId: loaded?.id }));
  const [start] = useState(() => begin(loaded, place));
  const [apartment, setApartment] = useState(loaded);
  const [draft, setDraft] = useState(start.draft);
  const [requestId, setRequestId] = useState(start.requestId);
  const [conflict, setConflict] = useState(start.conflict);
  const [problems, setProblems] = useState<readonly FieldError[]>([]);
  const [error, setError] = useState<ErrorBody>();
  const [isSaving, setSaving] = useState(false);
  const [savedAt, setSavedAt] = useState<string>();
  const [isRestored, setRestored] = useState(start.isRestored);
  const [refusals, setRefusals] = useState(0);

  const base = useMemo(() => (apartment === undefined ? undefined : draftOf(apartment)), [apartment]);
  const origin = base ?? start.blank;
  const changed = useMemo(() => changedPaths(origin, draft), [origin, draft]);
  const revision = apartment?.revision;

  const isCreated = useRef(false);
  useEffect(() => {
    if (conflict !== undefined || isCreated.current) return;
    keepDraft(place, changed.length === 0 ? undefined : { draft, base, revision, requestId });
  }, [place, changed, draft, base, revision, requestId, conflict]);

  const set: ListingForm['set'] = useCallback((path, value) => {
    setDraft((known) => withValue(known, path, value));
    setRequestId(newRequestId());
    setProblems((known) => known.filter((problem) => fieldOf(problem.path) !== path));
    setRestored(false);
  }, []);

  const refuse = (found: readonly FieldError[], refusal?: ErrorBody) => {
    setProblems(localized(found));
    setError(refusal);
    setRefusals((count) => count + 1);
  };

  const becameStale = async (of: ManagedApartment) => {
    const latest = await client.management.apartment(of.id);
    if (!latest.ok) return refuse([], latest.error);
    const known = draftOf(of);
    const outcome = { ...merge(known, draft, draftOf(latest.data)), base: known, mine: draft };
    setConflict({ ...outcome, latest: latest.data });
  };

  const save = async () => {
    if (isSaving || (apartment !== undefined && changed.length === 0)) return;
    const found = problemsOf(draft);
    if (found.length > 0) return refuse(found);
    setSaving(true);
    setError(undefined);
    setProblems([]);
    const outcome =
      apartment === undefined
        ? // Guests find it once its host has looked it over and says so.
          await client.management.createApartment({ ...draft, status: 'paused' }, { requestId })
        : await client.management.changeApartment({
            apartmentId: apartment.id,
            change: changeOf(draftOf(apartment), draft),
            revision: apartment.revision,
          });
    if (outcome.ok) {
      setRestored(false);
      setSavedAt(outcome.data.updatedAt);
      setApartment(outcome.data);
      // What was typed while it was being saved stays an unsaved change.
      const sent = draft;
      setDraft((known) => (known === sent ? draftOf(outcome.data) : known));
      if (apartment === undefined) {
        isCreated.current = true;
        keepDraft(place, undefined);
        onCreated(outcome.data);
      }
    } else if (outcome.error.code === 'revision_conflict' && apartment !== undefined) {
      await becameStale(apartment);
    } else {
      const fields = outcome.error.fields ?? [];
      refuse(fields, fields.length === 0 ? outcome.error : undefined);
    }
    setSaving(false);
  };

  return {
    apartment,
    base,
    draft,
    changed,
    problems,
    error,
    conflict,
    isSaving,
    savedAt,
    isRestored,
    refusals,
    set,
    save,
    discard: () => {
      setDraft(origin);
      setRequestId(newRequestId());
      setProblems([]);
      setError(undefined);
      setRestored(false);
    },
    resolve: (next) => {
      if (conflict === undefined) return;
      setApartment(conflict.latest);
      setDraft(next);
      setConflict(undefined);
    },
    rebase: (latest) => {
      if (base !== undefined) setDraft(merge(base, draft, draftOf(latest)).merged);
      setApartment(latest);
    },
  };
}

interface Start {
  readonly blank: Draft;
  readonly draft: Draft;
  readonly requestId: string;
  readonly isRestored: boolean;
  readonly conflict?: Conflict;
}

/** From what is saved, or from the draft that was kept over a reload, brought up to what is saved by now. */
function begin(loaded: ManagedApartment | undefined, place: DraftPlace): Start {
  const blank = newDraft(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const kept = keptDraft(place);
  const start = { blank, requestId: kept?.requestId ?? newRequestId(), isRestored: kept !== undefined };
  if (loaded === undefined) return { ...start, draft: kept?.draft ?? blank };
  const saved = draftOf(loaded);
  if (kept?.base === undefined || loaded.status === 'retired') {
    return { ...start, draft: saved, isRestored: false };
  }
  if (kept.revision === loaded.revision) return { ...start, draft: kept.draft };
  const both = merge(kept.base, kept.draft, saved);
  if (both.clashes.length === 0) return { ...start, draft: both.merged };
  return {
    ...start,
    draft: both.merged,
    conflict: { ...both, base: kept.base, mine: kept.draft, latest: loaded },
  };
}
