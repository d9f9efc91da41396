import { describe, expect, it } from 'vitest';
import { waitForSignal } from '../../../src-main/web/serve.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe('waiting for the signal to stop', () => {
  it.each([
    ['0 after closing', () => Promise.resolve(), 0],
    ['1 where closing failed', () => Promise.reject(new Error('stuck')), 1],
  ])('ends with %s, and leaves nothing that listens behind', async (_, close, code) => {
    const before = signals.map((signal) => process.listeners(signal));
    const ended = waitForSignal(close);
    const [own, ...more] = process
      .listeners('SIGTERM')
      .filter((listener) => before[1]?.includes(listener) !== true);
    expect(more).toEqual([]);
    own?.('SIGTERM');
    expect(await ended).toBe(code);
    expect(signals.map((signal) => process.listeners(signal))).toEqual(before);
  });
});
