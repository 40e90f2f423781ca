/** Seasons as a table. A plain one: nothing in it is chosen or sorted, and its buttons are in the order of Tab. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Season } from '../../../../src/protocol/terms.ts';
import { money } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { nightsRangeText } from '../dates.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { useField } from '../fields/use-field.ts';
import { rulesOf } from '../season-text.ts';
import { SeasonDialog } from './season-dialog.tsx';
import { overlapsAbove } from './season-overlaps.ts';

const PATH = 'terms.seasons';

export function Seasons() {
  const { draft } = useForm();
  const { value: seasons, set, isDisabled, wrong, label, help } = useField(PATH);
  const [edited, setEdited] = useState<number | 'new'>();
  const says = t.hosting.seasons;
  const { currency } = draft.terms;
  const wrongAt = (index: number) => wrong.filter(({ path }) => path.startsWith(`${PATH}.${index}.`));
  const nameOf = (season: Season | undefined) => season?.name || says.unnamed;
  return (
    <section id={fieldId(PATH)} className="form-field" aria-labelledby="seasons">
      <h2 id="seasons">{label}</h2>
      <p className="help">
        {help} {seasons.length > 1 && says.order}
      </p>
      {wrong
        .filter(({ path }) => path === PATH)
        .map(({ message }) => (
          <p key={message} className="wrong">
            {message}
          </p>
        ))}
      {seasons.length === 0 ? (
        <p className="muted">{says.none}</p>
      ) : (
        <div className="table-scroll">
          <table className="listing-table">
            <thead>
              <tr>
                <th scope="col">{says.name}</th>
                <th scope="col">{says.dates}</th>
                <th scope="col">{says.price}</th>
                <th scope="col">{says.rules}</th>
                <th scope="col">
                  <span className="unseen">{says.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {seasons.map((season, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two seasons may be equal, and a row keeps nothing.
                <tr key={index} id={fieldId(`${PATH}.${index}`)}>
                  <th scope="row">
                    {nameOf(season)}
                    {overlapsAbove(seasons, index).map(({ above, from, to }) => (
                      <span key={above} className="overlap">
                        {says.overlap(nameOf(seasons[above]), nightsRangeText(from, to))}
                      </span>
                    ))}
                    {wrongAt(index).map(({ message }) => (
                      <span key={message} className="wrong">
                        {message}
                      </span>
                    ))}
                  </th>
                  <td data-label={says.dates}>{nightsRangeText(season.from, season.to)}</td>
                  <td className="wraps" data-label={says.price}>
                    {season.nightlyMinor === undefined ? says.asUsual : money(season.nightlyMinor, currency)}
                    {season.weekendMinor !== undefined && (
                      <span className="muted"> · {says.weekend(money(season.weekendMinor, currency))}</span>
                    )}
                  </td>
                  <td className="wraps" data-label={says.rules}>
                    {rulesOf(season).join(', ') || says.asUsual}
                  </td>
                  <td>
                    {!isDisabled && (
                      <div className="listing-table-actions">
                        {index > 0 && (
                          <Button
                            className="quiet small"
                            aria-label={says.up(nameOf(season))}
                            onPress={() => set(movedUp(seasons, index))}
                          >
                            ↑
                          </Button>
                        )}
                        <Button
                          className="quiet small"
                          aria-label={says.edit(nameOf(season))}
                          onPress={() => setEdited(index)}
                        >
                          ✎
                        </Button>
                        <Button
                          className="quiet small"
                          aria-label={says.remove(nameOf(season))}
                          onPress={() => set(seasons.filter((_, at) => at !== index))}
                        >
                          ×
                        </Button>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!isDisabled && (
        <Button className="quiet" onPress={() => setEdited('new')}>
          {says.add}
        </Button>
      )}
      {edited !== undefined && (
        <SeasonDialog
          season={edited === 'new' ? undefined : seasons[edited]}
          onDone={(season) => {
            set(
              edited === 'new'
                ? [...seasons, season]
                : seasons.map((one, at) => (at === edited ? season : one)),
            );
            setEdited(undefined);
          }}
          onClose={() => setEdited(undefined)}
        />
      )}
    </section>
  );
}

function movedUp(seasons: readonly Season[], index: number): Season[] {
  const moved = [...seasons];
  moved.splice(index - 1, 0, ...moved.splice(index, 1));
  return moved;
}
