import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  beginBlind,
  noteOpened,
  readingOf,
  showScores,
  useReadings,
} from '../../../src-renderer/state/readings.ts';
import { Client } from '../../../src-renderer/transport/client.ts';
import type { Transport } from '../../../src-renderer/transport/transport.ts';
import { readingsIn, readingSettingKey } from '../../../src-shared/domain/reading.ts';

/** A host that keeps settings; `isLost`: it answers nothing but errors. */
function keepingHost(values: Record<string, unknown> = {}) {
  const host = { values, isLost: false };
  const transport: Transport = {
    request: (method, params) => {
      if (host.isLost) return Promise.reject(new Error('The connection broke.'));
      if (method === 'settings.get')
        return Promise.resolve({ id: 1, ok: true, result: { values: { ...values } as never } });
      const { key, value } = params as { key: string; value: unknown };
      values[key] = value;
      return Promise.resolve({ id: 1, ok: true, result: { ok: true } });
    },
    onEvent: () => () => undefined,
    connection: () => 'connected',
    onConnection: () => () => undefined,
    pickers: null,
    desktop: null,
    pathOfDropped: () => null,
  };
  return { host, client: new Client(transport), stored: () => readingsIn(values)[3] };
}

describe('how a data set is read', () => {
  afterEach(() => {
    useReadings.setState({ byDataset: {} });
    vi.restoreAllMocks();
  });

  test('begins blind without an opening, and what was opened once stays noted', async () => {
    const { client, stored } = keepingHost();
    await beginBlind(client, 3);
    expect(stored()).toEqual({ isBlind: true, openedAtMs: null });
    vi.spyOn(Date, 'now').mockReturnValue(50);
    await showScores(client, 3);
    expect(stored()).toEqual({ isBlind: false, openedAtMs: 50 });
    vi.spyOn(Date, 'now').mockReturnValue(90);
    await beginBlind(client, 3);
    await showScores(client, 3);
    await beginBlind(client, 3);
    expect(stored()).toEqual({ isBlind: true, openedAtMs: 50 });
    expect(readingOf(3)).toEqual({ isBlind: true, openedAtMs: 50 });
  });

  test('shows nothing as long as the opening is not stored', async () => {
    const { client, host } = keepingHost();
    await beginBlind(client, 3);
    host.isLost = true;
    await expect(showScores(client, 3)).rejects.toThrow('The connection broke.');
    expect(readingOf(3)).toEqual({ isBlind: true, openedAtMs: null });
    host.isLost = false;
    await showScores(client, 3);
    expect(readingOf(3).isBlind).toBe(false);
  });

  test('takes over what another window noted, and two steps at once end as the last one said', async () => {
    const { client, stored } = keepingHost({ [readingSettingKey(3)]: { isBlind: false, openedAtMs: 7 } });
    await Promise.all([noteOpened(client, 3), beginBlind(client, 3)]);
    expect(stored()).toEqual({ isBlind: true, openedAtMs: 7 });
    expect(readingOf(3)).toEqual({ isBlind: true, openedAtMs: 7 });
  });
});
