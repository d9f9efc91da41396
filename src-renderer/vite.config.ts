import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { cspNoncePlaceholder } from '../src-shared/contract/wire.ts';

const root = import.meta.dirname;

// One build for both hosts: addresses are relative to the page's own origin, nothing is inlined (strict CSP).
export default defineConfig({
  root,
  base: '/',
  plugins: [react()],
  html: { cspNonce: cspNoncePlaceholder },
  build: {
    outDir: resolve(root, '../out/renderer'),
    emptyOutDir: true,
    // `/assets/` is the asset route's.
    assetsDir: 'static',
    target: 'chrome140',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    sourcemap: false,
  },
});
