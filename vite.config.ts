import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { compression } from 'vite-plugin-compression2';

const server = 'http://127.0.0.1:3000';

/**
 * What is loaded together. Left alone, every module that two pages share would be a file: forty of them for the first
 * page, and a phone waits longer for their turns than for their bytes.
 */
const GROUPS = [
  // Asks for all the rest, so it comes alone.
  { name: 'first', tags: ['$initial' as const], priority: 5 },
  { name: 'react', test: /node_modules.(react|react-dom|scheduler)\//, priority: 4 },
  {
    name: 'libraries',
    test: /node_modules.(.*socket\.io.*|engine\.io.*)\/|I18nProvider|openLink/,
    priority: 4,
  },
  { name: 'program', test: /src.(app|start|client|protocol|time|frame|texts.plural)/, priority: 3 },
  // But for calendars, which only some pages have, and one of them late.
  { name: 'widgets', test: /node_modules(?!.*(date|calendar))/i, minShareCount: 4, priority: 2 },
  { name: 'controls', test: /src.shared.widgets.(choice|stepper|modal-dialog)/, priority: 2 },
  // Small ones, and none of them brings widgets along.
  { name: 'live', test: /src.shared.(?!widgets)/, minShareCount: 2, priority: 2 },
  { name: 'shared', test: /src.(?!texts)/, minShareCount: 7, priority: 1 },
];
/** What every page needs: the document itself asks for it, before the first module does. */
const PRELOADED = ['rolldown-runtime', 'react', 'libraries', 'program'];

/** The pages: `vite build` writes dist/web, which the server serves; `npm run dev` serves them beside a running server. */
export default defineConfig({
  root: 'web',
  plugins: [
    react(),
    preloadProgram(),
    // React Aria brings its own words in thirty languages; the pages speak these (its only English is the American).
    { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE'] }), enforce: 'pre' },
    // Compressed once here rather than by the server at every request.
    compression({ algorithms: ['brotliCompress', 'gzip'], exclude: [/\.(br|gz)$/] }),
  ],
  // See web/src/no-schemas.ts: the library is 20 KB of what may be 200.
  resolve: { alias: { zod: fileURLToPath(new URL('./web/src/no-schemas.ts', import.meta.url)) } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // Data addresses would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long each plug-in took is no news to who starts the server.
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
  server: {
    proxy: {
      '/v1': server,
      '/socket.io': { target: server, ws: true },
      '/healthz': server,
      '/docs': server,
    },
  },
});

function preloadProgram(): Plugin {
  return {
    name: 'preload-program',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) =>
        Object.values(bundle)
          .filter((file) => file.type === 'chunk' && PRELOADED.includes(file.name))
          .map(({ fileName }) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: '', href: `/${fileName}` },
            injectTo: 'head',
          })),
    },
  };
}
