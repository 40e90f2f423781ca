/** How a figure has moved since the period before: by sign and word as well as colour. */
import { t } from '../../texts/index.ts';

export interface ChangeProps {
  readonly now: number | null | undefined;
  readonly before: number | null | undefined;
  /** How the difference is written: it is given the absolute one. */
  readonly format: (difference: number) => string;
  /** What it is measured against, in words. */
  readonly against: string;
  /** Which way is good; without it neither is. */
  readonly good?: 'up' | 'down';
  /** Why there is nothing to compare, where there is not. */
  readonly unknown?: string;
}

export function Change({
  now,
  before,
  format,
  against,
  good,
  unknown = t.admin.change.unknown,
}: ChangeProps) {
  if (now == null || before == null) {
    // Null is a period without anything to reckon it from; undefined has not come yet.
    const isEmpty = now === null || before === null;
    return (
      <p className="change muted small">
        {!isEmpty ? unknown : now === null ? t.admin.change.emptyNow : t.admin.change.emptyBefore}
      </p>
    );
  }
  const difference = now - before;
  const way = difference > 0 ? 'up' : difference < 0 ? 'down' : 'same';
  return (
    <p className="change small" data-good={good === undefined || way === 'same' ? undefined : way === good}>
      <span aria-hidden="true">{way === 'up' ? '▲' : way === 'down' ? '▼' : '='}</span>{' '}
      {way === 'same' ? t.admin.change.same : t.admin.change[way](format(Math.abs(difference)))}{' '}
      <span className="muted">{against}</span>
    </p>
  );
}
