import type { ReactNode } from 'react';
import { FieldError, Text } from 'react-aria-components';

/** Below a field: what it does, what its value leads to right now, and what is wrong with it. */
export function Explained({
  help,
  effect,
  wrong,
}: {
  help?: ReactNode;
  effect?: ReactNode;
  wrong: readonly string[];
}) {
  return (
    <>
      {(help !== undefined || effect !== undefined) && (
        <Text slot="description" className="help">
          {help}
          {effect !== undefined && <span className="effect"> {effect}</span>}
        </Text>
      )}
      <FieldError className="wrong">{[...new Set(wrong)].join(' ')}</FieldError>
    </>
  );
}
