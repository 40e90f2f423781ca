/** docs/machines.md, made from the machines themselves: a diagram and the table that the decisions ask. */
import { REACTIONS } from '../src/actors/apartment-machine.ts';
import { HOLD_EVENTS, HOLD_LIFE, HOLD_STATES } from '../src/actors/calendar/hold-machine.ts';

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export function machinesPage(): string {
  return `# The machines

Drawn by \`npm run machines\` from the machines that the program runs; a test fails where this page is not what they are.

## An apartment

\`src/actors/apartment-machine.ts\`. Events are commands, lapses of time and answers about payments; what is not drawn leaves the state as it is.

${diagram('listed', apartmentArrows())}

${table(
  'state',
  Object.keys(REACTIONS.listed),
  Object.entries(REACTIONS).map(([status, row]) => [
    status,
    Object.values(row).map(({ act, next }) => act.name + (next === status ? '' : ` → ${next}`)),
  ]),
)}

## A hold

\`src/actors/calendar/hold-machine.ts\`. Events are the facts about it. \`–\`: passed over, as the journal knows better by then. In words: refused to who asks for it.

${diagram('held', holdArrows())}

${table(
  'state',
  HOLD_EVENTS,
  HOLD_STATES.map((state) => [state, HOLD_EVENTS.map((event) => holdCell(state, event))]),
)}
`;
}

function apartmentArrows(): Arrow[] {
  return Object.entries(REACTIONS).flatMap(([from, row]) =>
    Object.entries(row)
      .filter(([, { next }]) => next !== from)
      .map(([label, { next }]) => ({ from, to: next, label })),
  );
}

function holdArrows(): Arrow[] {
  return HOLD_STATES.flatMap((from) =>
    HOLD_EVENTS.flatMap((label) => {
      const cell = HOLD_LIFE[from][label];
      return cell.kind === 'goes' ? [{ from, to: cell.to, label }] : [];
    }),
  );
}

function holdCell(state: (typeof HOLD_STATES)[number], event: (typeof HOLD_EVENTS)[number]): string {
  const cell = HOLD_LIFE[state][event];
  if (cell.kind === 'late') return '–';
  return cell.kind === 'goes' ? `→ ${cell.to}` : cell.refused.why;
}

/** Mermaid, as source hosts draw it; arrows between the same two states are one, with all their events. */
function diagram(initial: string, arrows: readonly Arrow[]): string {
  const labels = new Map<string, string[]>();
  for (const { from, to, label } of arrows) {
    const arrow = `${from} --> ${to}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), label]);
  }
  const lines = [...labels].map(([arrow, events]) => `  ${arrow}: ${events.join(', ')}`);
  const leaving = new Set(arrows.map(({ from }) => from));
  const ends = [...new Set(arrows.map(({ to }) => to))].filter((state) => !leaving.has(state));
  const final = ends.map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${initial}`, ...lines, ...final, '```'].join('\n');
}

function table(
  corner: string,
  columns: readonly string[],
  rows: readonly (readonly [string, readonly string[]])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [line([corner, ...columns]), line(['---', ...columns.map(() => '---')])];
  return [...head, ...rows.map(([name, cells]) => line([`**${name}**`, ...cells]))].join('\n');
}
