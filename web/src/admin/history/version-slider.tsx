/** Through an apartment's versions, one fact after the other. */
import {
  Button,
  Label,
  Slider,
  SliderFill,
  SliderOutput,
  SliderThumb,
  SliderTrack,
} from 'react-aria-components';
import { numberText } from '../../format.ts';
import { t } from '../../texts/index.ts';

export function VersionSlider({
  version,
  first,
  latest,
  onVersion,
}: {
  version: number;
  /** At least 1. */
  first: number;
  /** Not before the first. */
  latest: number;
  onVersion: (version: number) => void;
}) {
  const says = t.history;
  return (
    <div className="versions">
      <Button
        className="quiet"
        aria-label={says.previous}
        isDisabled={version <= first}
        onPress={() => onVersion(version - 1)}
      >
        ←
      </Button>
      <Slider
        className="version-slider"
        value={version}
        minValue={first}
        // A range of one value would have no place for the thumb.
        maxValue={Math.max(first + 1, latest)}
        isDisabled={latest <= first}
        onChange={(next) => onVersion(Math.min(latest, next))}
      >
        <Label>{says.asOf}</Label>
        <SliderOutput>{says.versionOf(numberText(version), numberText(latest))}</SliderOutput>
        <SliderTrack className="version-track">
          <SliderFill className="version-fill" />
          <SliderThumb className="version-thumb" />
        </SliderTrack>
      </Slider>
      <Button
        className="quiet"
        aria-label={says.next}
        isDisabled={version >= latest}
        onPress={() => onVersion(version + 1)}
      >
        →
      </Button>
      <Button className="quiet" isDisabled={version >= latest} onPress={() => onVersion(latest)}>
        {says.toEnd}
      </Button>
    </div>
  );
}
