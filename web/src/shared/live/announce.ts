/**
 * Says a sentence to screen readers once, politely. The region stands in the document itself (`index.html`): it is
 * there before the first sentence, as one that comes with its sentence is often not read; what is said last of something
 * outlives it on the page; and `data-live-announcer` keeps React Aria's dialogs from making it inert with all the rest.
 */

/** Long enough to be read after others that came at once. */
const KEPT_MS = 10_000;

export function announce(sentence: string): void {
  // A line of its own: what is being read goes on, and the same sentence said again is news again.
  const line = document.createElement('p');
  line.textContent = sentence;
  document.getElementById('announcer')?.append(line);
  setTimeout(() => line.remove(), KEPT_MS);
}
