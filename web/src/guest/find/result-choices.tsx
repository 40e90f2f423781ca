/** In which currency and order results come: on a phone with the browser's own lists, which are the wheels people know. */
import { usePart } from '../../shared/live/use-part.ts';
import { PHONE } from '../../shared/phone.ts';
import { useMedia } from '../../shared/use-media.ts';
import type { Option } from '../../shared/widgets/choice.tsx';
import { t } from '../../texts/index.ts';
import { FIELDS } from './fields-part.ts';
import { SORTS, type Wanted } from './wanted.ts';

export function ResultChoices({
  wanted,
  currencies,
  onWant,
}: {
  wanted: Wanted;
  /** There is something to choose where there are two or more. */
  currencies: readonly string[];
  onWant: (change: Partial<Wanted>) => void;
}) {
  const isPhone = useMedia(PHONE);
  const { here } = usePart(FIELDS, !isPhone);
  const One = isPhone ? NativeChoice : here?.Choice;
  const says = t.find;
  if (One === undefined) return null;
  return (
    <div className="result-choices">
      {currencies.length > 1 && (
        <One
          label={t.common.fields.currency}
          value={wanted.currency}
          options={[
            { key: '', text: says.anyCurrency },
            ...currencies.map((code) => ({ key: code, text: code })),
          ]}
          // Without a rate a price in one currency says nothing about another.
          onChoose={(currency: string) => onWant({ currency, max: undefined })}
        />
      )}
      <One
        label={says.order}
        value={wanted.sort}
        options={SORTS.map((sort) => ({ key: sort, text: says.sorts[sort] }))}
        onChoose={(sort) => onWant({ sort })}
      />
    </div>
  );
}

function NativeChoice<Key extends string>({
  label,
  options,
  value,
  onChoose,
}: {
  label: string;
  options: readonly Option<Key>[];
  value: Key;
  onChoose: (key: Key) => void;
}) {
  return (
    <select aria-label={label} value={value} onChange={({ target }) => onChoose(target.value as Key)}>
      {options.map(({ key, text }) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}
