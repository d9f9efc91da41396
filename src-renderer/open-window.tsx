import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import type { Root } from 'react-dom/client';
import { App } from './app.tsx';
import { ClientContext } from './state/client-context.ts';
import { autosave, restoreState } from './state/saved-state.ts';
import { openDecisions } from './state/verdicts.ts';
import { currentLanguage } from './texts/language.ts';
import { WorkbenchTheme } from './theme/workbench-theme.tsx';
import type { Client } from './transport/client.ts';

interface Opening {
  readonly root: Root;
  readonly client: Client;
  readonly queries: QueryClient;
  /** Saved settings by key. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Draws the views with what was saved; the language is chosen by now. */
export function openWindow({ root, client, queries, values }: Opening): void {
  document.documentElement.lang = currentLanguage().tag;
  restoreState(values);
  autosave(client);
  openDecisions(client, queries).catch((error: unknown) => {
    console.error('Decisions cannot be kept over an end of this window.', error);
  });
  root.render(
    <ClientContext value={client}>
      <QueryClientProvider client={queries}>
        <WorkbenchTheme>
          <App />
        </WorkbenchTheme>
      </QueryClientProvider>
    </ClientContext>,
  );
}
