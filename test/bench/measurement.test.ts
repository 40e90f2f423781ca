import { expect, it } from 'vitest';
import { Recorder } from '../../bench/driver/recorder.ts';
import { combine, type Round } from '../../bench/measurement.ts';

function round(seconds: number, fill: (recorder: Recorder) => void): Round {
  const recorder = new Recorder();
  recorder.recording = true;
  fill(recorder);
  return {
    seconds,
    ok: recorder.ok,
    refused: Object.fromEntries(recorder.refused),
    stray: 0,
    cpuMicros: 1_000,
    histograms: recorder.encoded(),
    unsent: 0,
    violations: [],
    serverCpuMicros: 5_000,
    serverCpuMicrosByNode: [5_000],
    postgresCpuMicros: 2_500,
    machineCpuMicros: 508_500,
    serverRssBytes: 1,
    ratePerSecond: undefined,
  };
}

it('combines rounds: rates over all seconds, percentiles over all commands, costs per answer', () => {
  const quick = round(1, (recorder) => {
    for (let i = 0; i < 99; i++) recorder.accept('hold', 1);
  });
  const slow = round(3, (recorder) => {
    recorder.accept('release', 250);
    for (let i = 0; i < 100; i++) recorder.refuse('nights_unavailable', 5);
  });
  const both = combine([quick, slow]);

  expect(both.okPerSecond).toBe(25);
  expect(both.okPerSecondByRound).toEqual([99, 1 / 3]);
  expect(both.refused).toEqual({ nights_unavailable: 100 });
  expect(both.latencyMs.count).toBe(100);
  expect(both.latencyMs.p50).toBeCloseTo(1, 1);
  expect(both.latencyMs.p999).toBeCloseTo(250, 0);
  expect(both.latencyMsByKind['refused nights_unavailable']?.p99).toBeCloseTo(5, 1);
  expect(both.othersBusy).toBeCloseTo(0.25, 5);
  expect([both.serverMicros, both.postgresMicros, both.driverMicros]).toEqual([50, 25, 10]);
});

it('records nothing outside the measured window', () => {
  const recorder = new Recorder();
  recorder.accept('hold', 1);
  recorder.refuse('internal', 1);
  expect([recorder.ok, recorder.refused.size, recorder.encoded()]).toEqual([0, 0, {}]);
});
