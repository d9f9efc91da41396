import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createDecisionKeeper,
  unsavedNote,
  useDecisionStore,
  type Decision,
} from '../../../src-renderer/state/decisions.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
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

function memoryStorage() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    values,
  };
}

/** A core that stores what it is given, unless it is told to fail. */
function makeCore() {
  const stored: Decision[] = [];
  const core = {
    stored,
    failing: new Set<number>(),
    record: (decision: Decision): Promise<Verdict> => {
      if (core.failing.has(decision.imageId)) {
        return Promise.reject(new WorkbenchError('unavailable', 'The workbench does not answer.'));
      }
      stored.push(decision);
      return Promise.resolve(verdictOf(decision, stored.length));
    },
  };
  return core;
}

const unsaved = () => useDecisionStore.getState().unsaved;

beforeEach(() => {
  useDecisionStore.setState({ unsaved: [] });
});

describe('decisions', () => {
  test('are taken over at once and stored one after the other, every verdict as a row of its own', async () => {
    const core = makeCore();
    const keeper = createDecisionKeeper({ record: core.record, onStored: () => undefined, storage: null });
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
    const keeper = createDecisionKeeper({ record: core.record, onStored: () => undefined, storage: null });
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

  test('survive a reload of the window', async () => {
    const storage = memoryStorage();
    const core = makeCore();
    core.failing.add(1);
    const options = { record: core.record, onStored: () => undefined, storage };
    createDecisionKeeper(options).decide(decisionOf(1, { note: 'scratch at the rim' }));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    useDecisionStore.setState({ unsaved: [] });
    core.failing.clear();
    createDecisionKeeper(options);
    await vi.waitFor(() => {
      expect(core.stored).toEqual([decisionOf(1, { note: 'scratch at the rim' })]);
    });
    await vi.waitFor(() => {
      expect(storage.values.size).toBe(0);
    });
  });

  test('a note that is still being written is stored once, with the verdict it belongs to', async () => {
    const core = makeCore();
    core.failing.add(1);
    const keeper = createDecisionKeeper({ record: core.record, onStored: () => undefined, storage: null });
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
    const keeper = createDecisionKeeper({ record: core.record, onStored: () => undefined, storage: null });
    keeper.decide(decisionOf(1));
    await vi.waitFor(() => {
      expect(unsaved()[0]?.state).toBe('failed');
    });
    keeper.discardFailed();
    expect(unsaved()).toEqual([]);
    expect(core.stored).toEqual([]);
  });
});
