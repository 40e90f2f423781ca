/** Draws the program into the page. */
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { preloadWhatLinksLeadTo } from './frame/parts.ts';
import { forgetDraft } from './guest/hold/confirm-draft.ts';
import { client } from './shared/live/client.ts';

export function start(): void {
  const element = document.getElementById('root');
  if (element === null) return;
  const root = createRoot(element);
  // As a transition it is drawn in short steps: a slow phone answers to a tap between them.
  startTransition(() => {
    root.render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  });
  preloadWhatLinksLeadTo();
  client.sessions.subscribe((who) => {
    if (who === undefined) forgetDraft();
  });
}
