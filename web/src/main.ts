/**
 * What runs first. Small, so that it asks at once, all side by side, for what the address and the language need: the
 * program, the page's part and its texts.
 */
import { appear, appearance } from './appearance.ts';
import { sayNotStarted } from './frame/not-started.ts';
import { preload } from './frame/parts.ts';
import { routeOf } from './route.ts';
import { loadTexts } from './texts/index.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/find.css';
import './styles/apartment.css';
import './styles/admin.css';

appear(appearance());
// A style sheet that did not come is asked for again with its part, rather than taken for one that is there.
document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.remove();
  },
  true,
);
const page = preload(routeOf(window.location.pathname));
// Not awaited up here: the program imports what this module imports, and would wait for it to end.
void Promise.all([import('./start.tsx'), loadTexts(), page])
  .then(([{ start }]) => start())
  .catch(sayNotStarted);
