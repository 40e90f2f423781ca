import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { appear, appearance } from './appearance.ts';
import { preload } from './frame/pages.tsx';
import { routeOf } from './router.tsx';
import { loadTexts } from './texts/index.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/find.css';
import './styles/apartment.css';
import './styles/admin.css';

appear(appearance());
preload(routeOf(window.location.pathname));
await loadTexts();
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
