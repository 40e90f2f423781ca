/** The way of a command through the server, in stages, for a profile's self times. The first that fits a place counts. */
const STAGES: readonly (readonly [stage: string, places: RegExp])[] = [
  ['collect garbage', /^\(garbage collector\)$/],
  [
    'write to sockets',
    /^write(Buffer|v|Utf8String|Latin1String)?$|^node:internal\/(streams\/writable|stream_base)/,
  ],
  [
    'decode',
    /^ws\/lib\/receiver|readEvent|readAckId|sockets\/link\.ts (?!flush|joined|send)|^node:(internal\/)?(stream|net|buffer)/,
  ],
  ['validate', /^zod\/|gateway\/(dispatch|commands|caller|limits\/budgets)|protocol\/(commands|ids)/],
  ['encode', /gateway\/sockets\/|^ws\/|^socket\.io|^engine\.io/],
  ['commit', /src\/persistence\/|^pg(-|\/)/],
  [
    'pay',
    /src\/services\/payments\/|actors\/payment-saga|abort_controller|event_target|node:internal\/timers/,
  ],
  ['decide', /src\/(actors|protocol|time|app|cluster)\//],
  ['search index', /src\/services\/listings\//],
];

/** @param place file and function, as in the profile's table; a native function is its name alone */
export function stageOf(place: string): string {
  return STAGES.find(([, places]) => places.test(place))?.[0] ?? 'everything else';
}
