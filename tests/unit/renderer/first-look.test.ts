import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lookFirst, useFirstLook } from '../../../src-renderer/canvas/first-look.ts';

const isLoading = () => useFirstLook.getState().isLoading;

describe('what is looked at comes first', () => {
  const frames: (() => void)[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', (work: () => void) => frames.push(work));
  });
  afterEach(() => {
    vi.runAllTimers();
    frames.length = 0;
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const drawFrame = async () => {
    await vi.advanceTimersByTimeAsync(0);
    for (const work of frames.splice(0)) work();
    await vi.advanceTimersByTimeAsync(0);
  };

  it('small pictures wait until all of it is there and drawn, even where a part failed', async () => {
    const map = Promise.withResolvers<undefined>();
    lookFirst([Promise.reject(new Error('damaged')), map.promise]);
    await drawFrame();
    expect(isLoading()).toBe(true);
    map.resolve(undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(isLoading()).toBe(true);
    await drawFrame();
    expect(isLoading()).toBe(false);
  });

  it('but no longer than a fifth of a second', async () => {
    lookFirst([new Promise(() => undefined)]);
    await vi.advanceTimersByTimeAsync(199);
    expect(isLoading()).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(isLoading()).toBe(false);
  });

  it('who goes on meanwhile is waited for in place of the one before', async () => {
    lookFirst([Promise.resolve()]);
    const next = Promise.withResolvers<undefined>();
    lookFirst([next.promise]);
    await drawFrame();
    expect(isLoading()).toBe(true);
    next.resolve(undefined);
    await drawFrame();
    expect(isLoading()).toBe(false);
  });
});
