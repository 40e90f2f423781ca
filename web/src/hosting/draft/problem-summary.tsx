/** What keeps the form from being saved, each with the way to its field. It takes the focus when saving was refused. */
import { useEffect, useRef } from 'react';
import type { ErrorBody, FieldError } from '../../../../src/protocol/errors.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { fieldId, fieldOf } from './field-places.ts';

export function ProblemSummary({
  problems,
  error,
  refusals,
  onGo,
}: {
  problems: readonly FieldError[];
  error: ErrorBody | undefined;
  refusals: number;
  onGo: (path: string) => void;
}) {
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (refusals > 0) summary.current?.focus();
  }, [refusals]);
  return (
    <div ref={summary} tabIndex={-1} className="summary">
      {error !== undefined && <Refusal error={error} />}
      {problems.length > 0 && (
        <section className="refusal" aria-labelledby="problems">
          <h2 id="problems">{t.hosting.form.summary(problems.length)}</h2>
          <ul>
            {problems.map(({ path, message }) => {
              const field = fieldOf(path);
              return (
                <li key={`${path} ${message}`}>
                  {field === undefined ? (
                    message
                  ) : (
                    <a
                      href={`#${fieldId(field)}`}
                      onClick={(event) => {
                        event.preventDefault();
                        onGo(path);
                      }}
                    >
                      {t.hosting.fields[field].label}: {message}
                    </a>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </div>
  );
}
