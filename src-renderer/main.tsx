// What lives here: the window. It reaches the core through `transport` alone and runs the same in every host.
// What may not: anything of Node or Electron, any file access, any decision that has to survive (core stores those).
import { QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { WorkbenchError } from '../src-shared/contract/errors.ts';
import { Connecting } from './connecting.tsx';
import { followEvents } from './state/events.ts';
import { readAhead } from './state/read-ahead.ts';
import { chooseLanguage } from './texts/language.ts';
import './theme/global.css';
import { WorkbenchTheme } from './theme/workbench-theme.tsx';
import { Client, createTransport } from './transport/client.ts';

const rootElement = document.getElementById('root');
if (!rootElement) throw new Error('index.html has no element «root».');
const root = createRoot(rootElement);

const client = new Client(createTransport(window));
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something changed; the window's focus says nothing.
      refetchOnWindowFocus: false,
      staleTime: Infinity,
      // A broken connection mends itself; every other error is an answer.
      retry: (count, error) => error instanceof WorkbenchError && error.code === 'unavailable' && count < 3,
    },
  },
});

async function open(): Promise<void> {
  followEvents(client, queries);
  const saved = client.call('settings.get', {});
  readAhead(client, queries, window.location.hash);
  root.render(
    <WorkbenchTheme>
      <Connecting />
    </WorkbenchTheme>,
  );
  const { values } = await saved;
  await chooseLanguage(values['window.language']);
  // The views come after the language: some of their sentences are read while their files are loaded.
  const { openWindow } = await import('./open-window.tsx');
  openWindow({ root, client, queries, values });
}

open().catch((error: unknown) => {
  root.render(
    <WorkbenchTheme>
      <Connecting error={error} />
    </WorkbenchTheme>,
  );
});
