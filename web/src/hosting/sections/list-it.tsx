/** Of an apartment that guests do not find: that it is so, and the one step that lists it. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';

export function ListIt({
  apartment,
  isNew,
  isUnsaved,
  onListed,
}: {
  apartment: ManagedApartment;
  /** It was just made here. */
  isNew: boolean;
  /** What is not saved would not be listed. */
  isUnsaved: boolean;
  onListed: (apartment: ManagedApartment) => void;
}) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const offline = useOffline();
  const says = t.hosting.form;
  const list = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await client.management.changeApartment({
      apartmentId: apartment.id,
      change: { status: 'listed' },
    });
    setBusy(false);
    if (outcome.ok) onListed(outcome.data);
    else setError(outcome.error);
  };
  return (
    <div className="notice list-it" role="status">
      <p>{isNew ? says.created : says.notListed}</p>
      {error !== undefined && <Refusal error={error} />}
      <Button className="primary" isDisabled={isBusy || offline || isUnsaved} onPress={() => void list()}>
        {isBusy ? says.listing : says.listIt}
      </Button>
      {isUnsaved && <p className="small">{says.saveFirst}</p>}
    </div>
  );
}
