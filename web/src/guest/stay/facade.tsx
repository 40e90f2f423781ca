/**
 * A house front drawn from the apartment's id: the same for ever, different from its neighbours, and no picture
 * to load. Its windows are lit at random, as they are at night.
 */
const COLUMNS = 7;
const ROWS = 4;
const PALETTES = 6;

export function Facade({ apartmentId }: { apartmentId: string }) {
  const bits = bitsOf(apartmentId);
  const roof = bits % 3;
  return (
    <svg
      className={`facade facade-${bits % PALETTES}`}
      viewBox="0 0 160 96"
      aria-hidden="true"
      focusable="false"
    >
      <rect className="sky" width="160" height="96" />
      <circle className="moon" cx={bits % 2 === 0 ? 11 : 149} cy={16 + (bits % 9)} r="6" />
      {roof === 0 && <path className="roof" d="M20 30 80 8l60 22z" />}
      {roof === 1 && <path className="roof" d="M24 30V18h112v12z" />}
      {roof === 2 && <path className="roof" d="M22 30 40 14h80l18 16z" />}
      <rect className="wall" x="26" y="30" width="108" height="66" />
      {Array.from({ length: COLUMNS * ROWS }, (_, i) => {
        const lit = ((bits >>> (i % 28)) ^ (i * 7)) % 5 < 2;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a window is its place in the front.
            key={i}
            className={lit ? 'window lit' : 'window'}
            x={33 + (i % COLUMNS) * 14}
            y={36 + Math.floor(i / COLUMNS) * 15}
            width="8"
            height="10"
            rx="1"
          />
        );
      })}
    </svg>
  );
}

/** FNV-1a, 28 bits of it. */
function bitsOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 4) ^ (hash & 0xf);
}
