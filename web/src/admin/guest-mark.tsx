/** A guest's id, short, and the whole of it for the clipboard. */
import { useEffect, useState } from 'react';
import { t } from '../texts/index.ts';
import '../styles/admin-guest-mark.css';

const SHOWN_CHARACTERS = 10;
/** How long the button says that it was done, in milliseconds. */
const SAID_MS = 2_000;

export const shortId = (id: string): string =>
  id.length <= SHOWN_CHARACTERS ? id : `${id.slice(0, SHOWN_CHARACTERS)}…`;

export function GuestMark({ guestId, tabIndex }: { guestId: string; tabIndex?: number }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const says = t.admin.guest;
  return (
    <span className="guest-mark">
      <code title={guestId}>{shortId(guestId)}</code>
      <button
        type="button"
        className="quiet copy"
        tabIndex={tabIndex}
        aria-label={copied ? says.copied : says.copy(guestId)}
        onClick={() => {
          // Refused where the browser forbids it: the id stands in the title, whole.
          navigator.clipboard?.writeText(guestId).then(
            () => setCopied(true),
            () => setCopied(false),
          );
        }}
      >
        {copied ? <span aria-hidden="true">✓</span> : <CopyIcon />}
      </button>
    </span>
  );
}

/** Two sheets, one over the other. */
function CopyIcon() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path
        d="M6 5.5h7.5V14H6zM10 5.5V2H2.5v8.5H6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
    </svg>
  );
}
