import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';
import { cspNoncePlaceholder } from '../src-shared/contract/wire.ts';

const root = import.meta.dirname;

/**
 * Names the files of the views in the page itself: they are fetched beside the first script, not after it has asked for the
 * window's language. They still run after that.
 */
function fetchViewsEarly(): Plugin {
  return {
    name: 'fetch-views-early',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const chunkNamed = (name: string) => {
          const found = bundle[name];
          return found?.type === 'chunk' ? found : null;
        };
        const views = Object.values(bundle).find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith('/open-window.tsx') === true,
        );
        if (views?.type !== 'chunk') throw new Error('The build made no file of open-window.tsx.');
        const chunks = [views, ...views.imports.flatMap((name) => chunkNamed(name) ?? [])];
        const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry);
        const known = new Set(entry?.type === 'chunk' ? [entry.fileName, ...entry.imports] : []);
        const wanted = chunks.filter(({ fileName }) => !known.has(fileName));
        const styles = new Set(wanted.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
        const link = (attrs: Record<string, string>): HtmlTagDescriptor => ({
          tag: 'link',
          attrs: { ...attrs, crossorigin: '', nonce: cspNoncePlaceholder },
          injectTo: 'head',
        });
        return [
          ...wanted.map(({ fileName }) => link({ rel: 'modulepreload', href: `/${fileName}` })),
          ...[...styles].map((fileName) => link({ rel: 'stylesheet', href: `/${fileName}` })),
        ];
      },
    },
  };
}

// One build for both hosts: addresses are relative to the page's own origin, nothing is inlined (strict CSP).
export default defineConfig({
  root,
  base: '/',
  plugins: [react(), fetchViewsEarly()],
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
