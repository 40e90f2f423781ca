/** Which of what happens the feed shows: by cause, by apartment or city, by guest. */
import {
  Button,
  Disclosure,
  DisclosurePanel,
  Heading,
  Input,
  Label,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import type { OccupancyChanged } from '../../../../src/client/index.ts';
import { t } from '../../texts/index.ts';
import type { FeedFilter } from './feed-log.ts';
import { CAUSE_MARKS } from './feed-row.tsx';

export const NO_FILTER: FeedFilter = { causes: new Set(), apartment: '', guest: '' };
const CAUSES = Object.keys(CAUSE_MARKS) as OccupancyChanged['cause'][];

export function FeedFilters({
  filter,
  onFilter,
}: {
  filter: FeedFilter;
  onFilter: (filter: FeedFilter) => void;
}) {
  const says = t.admin.feed;
  const change = (changes: Partial<FeedFilter>) => {
    const next = { ...filter, ...changes };
    const isNone = next.causes.size === 0 && next.apartment === '' && next.guest === '';
    onFilter(isNone ? NO_FILTER : next);
  };
  return (
    <Disclosure className="feed-filters">
      <Heading level={3}>
        <Button slot="trigger" className="quiet small">
          <span aria-hidden="true">▾</span> {filter === NO_FILTER ? says.filter : says.filtered}
        </Button>
      </Heading>
      <DisclosurePanel>
        <ToggleButtonGroup
          aria-label={says.byCause}
          className="chips"
          selectionMode="multiple"
          selectedKeys={filter.causes}
          onSelectionChange={(keys) =>
            change({ causes: new Set([...keys].map(String)) as FeedFilter['causes'] })
          }
        >
          {CAUSES.map((cause) => (
            <ToggleButton key={cause} id={cause} className="chip">
              <span aria-hidden="true">{CAUSE_MARKS[cause]}</span> {t.common.causes[cause]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <div className="feed-search">
          <SearchField
            className="field"
            value={filter.apartment}
            onChange={(apartment) => change({ apartment })}
          >
            <Label>{says.byApartment}</Label>
            <Input />
          </SearchField>
          <SearchField className="field" value={filter.guest} onChange={(guest) => change({ guest })}>
            <Label>{says.byGuest}</Label>
            <Input />
          </SearchField>
        </div>
        {filter !== NO_FILTER && (
          <button type="button" className="quiet small" onClick={() => onFilter(NO_FILTER)}>
            {says.noFilter}
          </button>
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}
