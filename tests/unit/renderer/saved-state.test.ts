import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useAppearanceStore } from '../../../src-renderer/state/appearance.ts';
import { useConnectionStore } from '../../../src-renderer/state/connection.ts';
import { useRecentStore } from '../../../src-renderer/state/recent-cleared.ts';
import { autosave, saveNow } from '../../../src-renderer/state/saved-state.ts';
import { Client } from '../../../src-renderer/transport/client.ts';
import type { Transport } from '../../../src-renderer/transport/transport.ts';

const theme = 'window.theme';
const recent = 'window.recent-cleared';

/** A host that holds every answer back until the test gives it. */
function heldHost() {
  const asked: { readonly key: string; readonly value: unknown; answer(ok: boolean): Promise<void> }[] = [];
  const transport: Transport = {
    request: (method, params) => {
      expect(method).toBe('settings.set');
      return new Promise((resolve, reject) => {
        asked.push({
          ...(params as { key: string; value: unknown }),
          answer: async (ok) => {
            if (ok) resolve({ id: 1, ok: true, result: { ok: true } });
            else reject(new Error('The connection broke.'));
            await vi.advanceTimersByTimeAsync(0);
          },
        });
      });
    },
    onEvent: () => () => undefined,
    connection: () => 'connected',
    onConnection: () => () => undefined,
    pickers: null,
    desktop: null,
    pathOfDropped: () => null,
  };
  return { client: new Client(transport), asked, sent: () => asked.map(({ key, value }) => [key, value]) };
}

/** Until what changed has come to rest. */
const rest = () => vi.advanceTimersByTimeAsync(1000);

function breakAndMend(): void {
  useConnectionStore.setState({ connection: 'lost' });
  useConnectionStore.setState({ connection: 'connected' });
}

describe('what the window saves', () => {
  let stop: () => void;
  let host: ReturnType<typeof heldHost>;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', new EventTarget());
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    useConnectionStore.setState({ connection: 'connected' });
    useAppearanceStore.setState({ choice: 'dark' });
    host = heldHost();
    stop = autosave(host.client);
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test('goes out once, with its last value, when it came to rest', async () => {
    useAppearanceStore.getState().choose('light');
    useAppearanceStore.getState().choose('system');
    expect(host.asked).toHaveLength(0);
    await rest();
    expect(host.sent()).toEqual([[theme, 'system']]);
    await host.asked[0]!.answer(true);
    breakAndMend();
    window.dispatchEvent(new Event('pagehide'));
    expect(host.asked).toHaveLength(1);
  });

  test('goes out a moment after the first change, however long it goes on changing', async () => {
    for (let step = 0; step < 10; step++) {
      useAppearanceStore.getState().choose(step % 2 === 0 ? 'light' : 'system');
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(host.sent().slice(0, 2)).toEqual([
      [theme, 'system'],
      [theme, 'system'],
    ]);
  });

  test('is with the core before anything that reads it there is asked for', async () => {
    useAppearanceStore.getState().choose('light');
    let isSaved = false;
    const saving = saveNow(host.client).then(() => {
      isSaved = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect([host.sent(), isSaved]).toEqual([[[theme, 'light']], false]);
    await host.asked[0]!.answer(true);
    await saving;
    expect(isSaved).toBe(true);
  });

  test('is sent again when the connection is back', async () => {
    useAppearanceStore.getState().choose('light');
    await rest();
    await host.asked[0]!.answer(false);
    await rest();
    expect(host.asked).toHaveLength(1);
    breakAndMend();
    expect(host.sent().slice(1)).toEqual([[theme, 'light']]);
    await host.asked[1]!.answer(true);
    breakAndMend();
    expect(host.asked).toHaveLength(2);
  });

  test('is sent again with the next change of anything, until it is stored', async () => {
    useAppearanceStore.getState().choose('light');
    await rest();
    await host.asked[0]!.answer(false);
    useRecentStore.setState({ clearedAtMs: 7 });
    await rest();
    expect(host.sent().slice(1)).toEqual([
      [theme, 'light'],
      [recent, 7],
    ]);
    await host.asked[1]!.answer(false);
    await host.asked[2]!.answer(true);
    window.dispatchEvent(new Event('pagehide'));
    expect(host.sent().slice(3)).toEqual([[theme, 'light']]);
  });

  test('never comes back over a newer value, be that one waiting, on its way or stored', async () => {
    useAppearanceStore.getState().choose('light');
    await rest();
    useAppearanceStore.getState().choose('system');
    await host.asked[0]!.answer(false);
    breakAndMend();
    expect(host.sent().slice(1)).toEqual([[theme, 'system']]);

    useAppearanceStore.getState().choose('dark');
    await rest();
    await host.asked[2]!.answer(true);
    await host.asked[1]!.answer(false);
    breakAndMend();
    expect(host.sent().slice(2)).toEqual([[theme, 'dark']]);
  });
});
