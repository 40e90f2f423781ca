/** What differs between two calendars of one apartment, as runs of nights. */
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { dateOf } from '../../../../src/protocol/nights.ts';
import type { NightChange, Status } from './fact-words.ts';

/** @param before undefined: nothing was taken */
export function nightChanges(
  before: CalendarModel | undefined,
  after: CalendarModel,
): (NightChange & { readonly deadlineMoved: boolean })[] {
  const from = Math.min(before?.from ?? after.from, after.from);
  const to = Math.max(endOf(before ?? after), endOf(after));
  const changes: (NightChange & { deadlineMoved: boolean; first: number; end: number })[] = [];
  for (let night = from; night < to; night++) {
    const [was, is] = [before && calendarModel.nightAt(before, night), calendarModel.nightAt(after, night)];
    const [old, now]: [Status, Status] = [was?.status ?? 'free', is?.status ?? 'free'];
    const deadlineMoved = old === now && was?.heldUntil !== is?.heldUntil;
    if (old === now && !deadlineMoved) continue;
    const last = changes.at(-1);
    if (last !== undefined && last.end === night && last.before === old && last.after === now) {
      changes[changes.length - 1] = { ...last, end: night + 1, to: dateOf(night + 1) };
      continue;
    }
    changes.push({
      first: night,
      end: night + 1,
      from: dateOf(night),
      to: dateOf(night + 1),
      before: old,
      after: now,
      deadlineMoved,
    });
  }
  return changes.map(({ first: _, end: __, ...change }) => change);
}

const endOf = ({ from, nights }: CalendarModel) => from + nights.length;
