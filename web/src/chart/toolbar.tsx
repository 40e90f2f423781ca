/** Above the chart: which rows, from which date, how large. */
import { useDeferredValue, useEffect, useState } from 'react';
import { Button, Input, Label, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Choice } from '../shared/widgets/choice.tsx';
import { DayPicker } from '../shared/widgets/day-picker.tsx';
import { t } from '../texts/index.ts';
import { type ChartFilter, STATES } from './filter.ts';
import { ZOOMS, type Zoom } from './geometry.ts';

export function Toolbar({
  filter,
  onFilter,
  cities,
  zoom,
  onZoom,
  onJump,
  today,
}: {
  filter: ChartFilter;
  onFilter: (changes: Partial<ChartFilter>) => void;
  cities: readonly string[];
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  onJump: (date: string) => void;
  /** ISO date. */
  today: string;
}) {
  const says = t.chart;
  const states = ['any', ...STATES] as const;
  return (
    <fieldset className="chart-tools">
      <legend className="unseen">{says.filters}</legend>
      <Choice
        label={t.common.fields.city}
        value={filter.city}
        options={[
          { key: '', text: t.common.fields.allCities },
          ...cities.map((city) => ({ key: city, text: city })),
        ]}
        onChoose={(city) => onFilter({ city })}
      />
      <NameField name={filter.name} onName={(name) => onFilter({ name })} />
      <Choice
        label={says.state}
        value={filter.state ?? 'any'}
        options={states.map((state) => ({ key: state, text: says.states[state] }))}
        onChoose={(state) => onFilter({ state: state === 'any' ? undefined : state })}
      />
      {filter.state !== undefined && (
        <Within within={filter.within} onWithin={(within) => onFilter({ within })} />
      )}
      <span className="chart-tools-gap" />
      <Jump onJump={onJump} today={today} />
      <ToggleButtonGroup
        className="chart-zoom"
        aria-label={says.zoom}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[zoom]}
        onSelectionChange={(keys) => {
          const next = ZOOMS.find((one) => keys.has(one));
          if (next !== undefined) onZoom(next);
        }}
      >
        {ZOOMS.map((one) => (
          <ToggleButton key={one} id={one}>
            {says.zooms[one]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </fieldset>
  );
}

/** Typed at full speed; the address and the rows follow when there is time. */
function NameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  const [typed, setTyped] = useState(name);
  const settled = useDeferredValue(typed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed goes to the address, not back.
  useEffect(() => {
    if (settled !== name) onName(settled);
  }, [settled]);
  useEffect(() => setTyped(name), [name]);
  return (
    <SearchField className="field" value={typed} onChange={setTyped}>
      <Label>{t.chart.name}</Label>
      <Input />
    </SearchField>
  );
}

/** Both ends of a range; it counts once it has both, in their order. */
function Within({
  within,
  onWithin,
}: {
  within: ChartFilter['within'];
  onWithin: (within: ChartFilter['within']) => void;
}) {
  const [wanted, setWanted] = useState(within);
  const want = (changes: Partial<ChartFilter['within']>) => {
    const next = { ...wanted, ...changes };
    setWanted(next);
    if (next.from < next.to && next.from !== '') onWithin(next);
    else if (within.from !== '') onWithin({ from: '', to: '' });
  };
  return (
    <>
      <DayPicker label={t.chart.from} value={wanted.from} onChange={(from) => want({ from })} />
      <DayPicker label={t.chart.until} value={wanted.to} onChange={(to) => want({ to })} />
    </>
  );
}

function Jump({ onJump, today }: { onJump: (date: string) => void; today: string }) {
  const [date, setDate] = useState('');
  return (
    <>
      <DayPicker
        label={t.chart.jump}
        value={date}
        onChange={(next) => {
          setDate(next);
          if (next !== '') onJump(next);
        }}
      />
      <Button className="quiet" onPress={() => onJump(today)}>
        {t.chart.today}
      </Button>
    </>
  );
}
