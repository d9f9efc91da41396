import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createDecisionKeeper,
  unsavedNote,
  useDecisionStore,
  type Attempt,
  type Decision,
} from '../../../src-renderer/state/decisions.ts';
import { keepDecisions } from '../../../src-renderer/state/kept-decisions.ts';
import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';

function decisionOf(imageId: number, change: Partial<Decision> = {}): Decision {
  return { imageId, value: 'good', note: null, runId: 1, threshold: 0.5, wasBlind: false, ...change };
}

function verdictOf({ value, note }: Decision, id: number): Verdict {
  return {
    id,
    datasetId: 1,
    imagePath: 'a.png',
    value,
    note: note ?? '',
    author: 'somebody',
    createdAtMs: 0,
    supersedesId: null,
    restoresId: null,
    basis: null,
  };
}

function memoryStorage(room = Infinity) {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (place: number) => [...values.keys()][place] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      values.set(key, value);
    },
    removeItem: (key: string) => void values.delete(key),
    values,
  };
}

/** Locks of windows that end when they are told to. */
function windowLocks() {
  const held = new Map<string, Promise<unknown>>();
  const request = async (name: string, work: () => Promise<unknown> | undefined) => {
    await held.get(name);
    const work$ = work() ?? Promise.resolve();
    held.set(name, work$);
    await work$;
  };
  return { request };
}

/** A core that stores what it is given, unless it is told to fail. */
function makeCore() {
  const stored: Decision[] = [];
  const attempts: Pick<Attempt, 'decision'>[] = [];
  const core = {
    stored,
    attempts,
    code: 'unavailable' as ErrorCode,
    failing: new Set<number>(),
    options: () => ({ record: core.record, onStored: () => undefined }),
    record: (attempt: Pick<Attempt, 'decision'>): Promise<Verdict> => {
      const { decision } = attempt;
      attempts.push(attempt);
      if (core.failing.has(decision.imageId)) {
        return Promise.reject(new WorkbenchError(core.code, 'The workbench does not answer.'));
      }
      stored.push(decision);
      return Promise.resolve(verdictOf(decision, stored.length));
    },
  };
  return core;
}

const unsaved = () => useDecisionStore.getState().unsaved;

beforeEach(() => {
  useDecisionStore.setState({ unsaved: [], isKept: true });
});

describe('decisions', () => {
  test('are taken over at once and stored one after the other, every verdict as a row of its own', async () => {
    const core = makeCore();
    const keeper = createDecisionKeeper(core.options());
    keeper.decide(decisionOf(1, { value: 'good' }));
    keeper.decide(decisionOf(1, { value: 'defect' }));
    expect(unsaved()).toHaveLength(2);
    await vi.waitFor(() => {
      expect(unsaved()).toEqual([]);
    });
    expect(core.stored.map(({ value }) => value)).toEqual(['good', 'defect']);
  });

  test('that cannot be stored stay, hold back later ones of the same image only, and are stored on retry', async () => {
    const core = makeCore();
    core.failing.add(1);
    const keeper = createDecisionKeeper(core.options());
    keeper.decide(decisionOf(1, { value: 'defect' }));
    keeper.decide(decisionOf(2));
    keeper.decide(decisionOf(1, { value: 'unsure' }));
    await vi.waitFor(() => {
      expect(core.stored.map(({ imageId }) => imageId)).toEqual([2]);
      expect(unsaved().map(({ state }) => state)).toEqual(['failed', 'waiting']);
    });
    expect(unsaved()[0]?.error?.message).toBe('The workbench does not answer.');
    core.failing.clear();
    keeper.retry();
    await vi.waitFor(() => {
      expect(unsaved()).toEqual([]);
    });
    expect(core.stored.map(({ value }) => value)).toEqual(['good', 'defect', 'unsure']);
  });

  test('left by a window that is gone are stored by the next one, and leave its place', async () => {
    const storage = memoryStorage();
    const core = makeCore();
    core.failing.add(1);
    const first = createDecisionKeeper(core.options());
    keepDecisions({ keeper: first, dataFolder: '/data', windowId: 'a', storage, locks: null });
    first.decide(decisionOf(1, { note: 'scratch at the rim' }));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    expect(useDecisionStore.getState().isKept).toBe(true);
    useDecisionStore.setState({ unsaved: [] });
    core.failing.clear();
    const options = { dataFolder: '/data', storage, locks: null };
    keepDecisions({ keeper: createDecisionKeeper(core.options()), windowId: 'b', ...options });
    await vi.waitFor(() => {
      expect(core.stored).toEqual([decisionOf(1, { note: 'scratch at the rim' })]);
    });
    expect(core.attempts.at(-1)).toMatchObject({ isRepeat: true });
    await vi.waitFor(() => {
      expect(storage.values.size).toBe(0);
    });
  });

  test('are left to a window that lives, and to the data folder that they belong to', async () => {
    const storage = memoryStorage();
    const locks = windowLocks();
    const core = makeCore();
    core.failing.add(1);
    const first = createDecisionKeeper(core.options());
    keepDecisions({ keeper: first, dataFolder: '/data', windowId: 'a', storage, locks });
    first.decide(decisionOf(1));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    const kept = [...storage.values];
    const adopted: unknown[] = [];
    const second = { ...first, keepIn: () => undefined, adopt: (waiting: unknown) => adopted.push(waiting) };
    keepDecisions({ keeper: second, dataFolder: '/data', windowId: 'b', storage, locks });
    keepDecisions({ keeper: second, dataFolder: '/other', windowId: 'c', storage, locks: null });
    await new Promise((resolve) => setImmediate(resolve));
    expect(adopted).toEqual([]);
    expect([...storage.values]).toEqual(kept);
  });

  test('that find no room in the browser are told to be in this window alone, until they are stored', async () => {
    const core = makeCore();
    core.failing.add(1);
    const keeper = createDecisionKeeper(core.options());
    const storage = memoryStorage(10);
    keepDecisions({ keeper, dataFolder: '/data', windowId: 'a', storage, locks: null });
    expect(useDecisionStore.getState().isKept).toBe(true);
    keeper.decide(decisionOf(1));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    expect(useDecisionStore.getState().isKept).toBe(false);
    core.failing.clear();
    keeper.retry();
    await vi.waitFor(() => {
      expect(useDecisionStore.getState()).toEqual({ unsaved: [], isKept: true });
    });
  });

  test('are sent again by themselves, later each time, unless only the user can mend it', async () => {
    const core = makeCore();
    core.failing.add(1);
    const timers: { action: () => void; delayMs: number }[] = [];
    const keeper = createDecisionKeeper({
      ...core.options(),
      setTimer: (action, delayMs) => void timers.push({ action, delayMs }),
    });
    keeper.decide(decisionOf(1));
    for (const round of [1, 2, 3]) {
      await vi.waitFor(() => {
        expect(timers).toHaveLength(round);
      });
      expect(unsaved()[0]?.error?.code).toBe('unavailable');
      if (round === 3) core.failing.clear();
      timers.at(-1)?.action();
    }
    await vi.waitFor(() => {
      expect(unsaved()).toEqual([]);
    });
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1000, 2000, 4000]);

    core.failing.add(2);
    core.code = 'needs-choice';
    keeper.decide(decisionOf(2));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.error?.code).toBe('needs-choice');
    });
    expect(timers).toHaveLength(3);
    core.failing.clear();
    keeper.retry();
    expect(unsaved()[0]?.state).toBe('failed');
    keeper.retry(true);
    await vi.waitFor(() => {
      expect(unsaved()).toEqual([]);
    });
    expect(core.attempts.at(-1)).toMatchObject({ isForced: true, isRepeat: true });
  });

  test('a note that is still being written is stored once, with the verdict it belongs to', async () => {
    const core = makeCore();
    core.failing.add(1);
    const keeper = createDecisionKeeper(core.options());
    keeper.decide(decisionOf(1, { wasBlind: true }));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    keeper.decide(decisionOf(1, { note: 'scr' }));
    keeper.decide(decisionOf(1, { note: 'scratch' }));
    expect(unsavedNote(unsaved(), 1)).toBe('scratch');
    core.failing.clear();
    keeper.retry();
    await vi.waitFor(() => {
      expect(core.stored).toEqual([decisionOf(1, { note: 'scratch', wasBlind: true })]);
    });
  });

  test('what failed can be given up', async () => {
    const core = makeCore();
    core.failing.add(1);
    const keeper = createDecisionKeeper(core.options());
    keeper.decide(decisionOf(1));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    keeper.discardFailed();
    expect(unsaved()).toEqual([]);
    expect(core.stored).toEqual([]);
  });
});
