import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

const server = 'http://127.0.0.1:3000';

/** The pages: `vite build` writes dist/web, which the server serves; `npm run dev` serves them beside a running server. */
export default defineConfig({
  root: 'web',
  plugins: [
    react(),
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
    rolldownOptions: { checks: { pluginTimings: false } },
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
