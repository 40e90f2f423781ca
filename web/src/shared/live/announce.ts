/**
 * Says a sentence to screen readers once, politely. The region belongs to the document and not to a component, so
 * that what is said last of something outlives it on the page.
 */
let region: HTMLElement | undefined;

export function announce(sentence: string): void {
  if (region === undefined) {
    region = document.createElement('div');
    region.className = 'unseen';
    region.setAttribute('role', 'status');
    region.dataset.announcer = '';
    document.body.append(region);
  }
  // A line of its own: the same sentence said again is news again.
  const line = document.createElement('p');
  line.textContent = sentence;
  region.replaceChildren(line);
}
