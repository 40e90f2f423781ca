/** At the foot of the form: how much is unsaved and what, and the way to save it. Told politely as it changes. */
import { Button } from 'react-aria-components';
import { timeText } from '../../format.ts';
import { useOffline } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import type { Listing } from './use-listing.ts';
import { valueTexts } from './value-text.ts';

export function SaveBar({ listing }: { listing: Listing }) {
  const { apartment, base, draft, changed, isSaving, savedAt } = listing;
  const offline = useOffline();
  const says = t.hosting.form;
  const isNew = apartment === undefined;
  const state = isSaving
    ? says.saving
    : changed.length > 0
      ? says.unsaved(changed.length)
      : savedAt === undefined
        ? says.unchanged
        : says.savedAt(timeText(savedAt));
  return (
    <div className="save-bar" data-unsaved={changed.length}>
      <div className="save-state">
        <p role="status">{isNew && !isSaving ? '' : state}</p>
        {base !== undefined && changed.length > 0 && (
          <ul className="changes">
            {changed.map((path) => (
              <li key={path}>
                {says.fromTo(t.hosting.fields[path].label, ...valueTexts(base, draft, path))}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="actions">
        <Button
          className="quiet"
          isDisabled={changed.length === 0 || isSaving}
          onPress={() => listing.discard()}
        >
          {says.discard}
        </Button>
        <Button
          className="primary"
          // Not while nothing is unsaved: a number is taken over when its field is left, so by this very click.
          isDisabled={offline || isSaving}
          onPress={() => void listing.save()}
        >
          {isNew ? says.create : says.save}
        </Button>
      </div>
    </div>
  );
}
