/** What is left where the program itself could not be loaded: nothing of it is here, so this needs nothing of it. */
import { language } from '../texts/language.ts';
import { NOT_STARTED } from '../texts/not-started.ts';

export function sayNotStarted(): void {
  const { title, because, again } = NOT_STARTED[language()];
  const heading = document.createElement('h1');
  heading.textContent = title;
  const reason = document.createElement('p');
  reason.textContent = because;
  const button = document.createElement('button');
  button.className = 'primary';
  button.textContent = again;
  const reload = () => window.location.reload();
  button.addEventListener('click', reload);
  window.addEventListener('online', reload, { once: true });
  const section = document.createElement('section');
  section.className = 'narrow';
  section.setAttribute('role', 'alert');
  section.append(heading, reason, button);
  document.querySelector('main')?.replaceChildren(section);
}
