import { z } from 'zod';
import { create } from 'zustand';
import { WorkbenchError, type ErrorCode } from '../../src-shared/contract/errors.ts';
import { idSchema } from '../../src-shared/domain/dataset.ts';
import { verdictValueSchema, type Verdict } from '../../src-shared/domain/verdict.ts';

/** What is decided of an image, and on what ground. */
export const decisionSchema = z
  .object({
    imageId: idSchema,
    /** Null: no verdict, or the one there was is withdrawn. */
    value: verdictValueSchema.nullable(),
    /** Null: the note that stands stays. */
    note: z.string().nullable(),
    runId: idSchema.nullable(),
    threshold: z.number().nullable(),
    wasBlind: z.boolean(),
  })
  .readonly();
export type Decision = z.infer<typeof decisionSchema>;

/** A decision that the core has not confirmed yet. */
export interface UnsavedDecision {
  readonly serial: number;
  readonly decision: Decision;
  readonly state: 'waiting' | 'sending' | 'failed';
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

interface DecisionState {
  /** In the order in which they were made. */
  readonly unsaved: readonly UnsavedDecision[];
}

export const useDecisionStore = create<DecisionState>()(() => ({ unsaved: [] }));

/** The newest note of an image that is not stored yet; null without one. */
export function unsavedNote(unsaved: readonly UnsavedDecision[], imageId: number): string | null {
  return (
    unsaved.findLast(({ decision }) => decision.imageId === imageId && decision.note !== null)?.decision
      .note ?? null
  );
}

export interface DecisionKeeperOptions {
  readonly record: (decision: Decision) => Promise<Verdict>;
  /** Called with every row that was stored, before the decision leaves the list of unsaved ones. */
  readonly onStored: (verdict: Verdict, decision: Decision) => void;
  /** Where decisions wait for a reload of the window; null: nowhere. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
}

const storageKey = 'workbench.unsaved-decisions';

export interface DecisionKeeper {
  /** Takes a decision over at once and stores it in its turn. */
  decide(decision: Decision): void;
  /** Sends again what failed. */
  retry(): void;
  /** Gives up what failed. */
  discardFailed(): void;
}

/**
 * Hands decisions to the core one after the other and loses none: what could not be stored stays in the list, marked, and
 * is sent again on `retry`; what was made before a reload is taken up after it. Later decisions of an image wait for an
 * earlier one of the same image, those of other images do not.
 */
export function createDecisionKeeper({ record, onStored, storage }: DecisionKeeperOptions): DecisionKeeper {
  let serial = 0;
  let isSending = false;

  const change = (unsaved: readonly UnsavedDecision[]) => {
    useDecisionStore.setState({ unsaved });
    if (unsaved.length === 0) storage?.removeItem(storageKey);
    else storage?.setItem(storageKey, JSON.stringify(unsaved.map(({ decision }) => decision)));
  };
  const list = () => useDecisionStore.getState().unsaved;
  const mark = (wanted: number, state: UnsavedDecision['state'], error: UnsavedDecision['error']) => {
    change(list().map((each) => (each.serial === wanted ? { ...each, state, error } : each)));
  };

  const send = async () => {
    if (isSending) return;
    isSending = true;
    for (let next = nextToSend(list()); next !== undefined; next = nextToSend(list())) {
      const { serial: own, decision } = next;
      mark(own, 'sending', null);
      try {
        onStored(await record(decision), decision);
        change(list().filter((each) => each.serial !== own));
      } catch (error) {
        mark(own, 'failed', describe(error));
      }
    }
    isSending = false;
  };

  const decide = (decision: Decision) => {
    const before = list();
    const last = before.findLast((each) => each.decision.imageId === decision.imageId);
    // A note that is still being written is stored once; two verdicts are two rows of the trail.
    const joins =
      last !== undefined &&
      last.state !== 'sending' &&
      last.decision.value === decision.value &&
      decision.note !== null;
    if (joins) {
      const joined: Decision = { ...last.decision, note: decision.note };
      change(before.map((each) => (each.serial === last.serial ? { ...each, decision: joined } : each)));
    } else {
      change([...before, { serial: ++serial, decision, state: 'waiting', error: null }]);
    }
    void send();
  };

  const saved = readSaved(storage);
  if (saved.length > 0) {
    change(saved.map((decision) => ({ serial: ++serial, decision, state: 'waiting', error: null })));
    void send();
  }

  return {
    decide,
    retry: () => {
      change(
        list().map((each) => (each.state === 'failed' ? { ...each, state: 'waiting', error: null } : each)),
      );
      void send();
    },
    discardFailed: () => {
      const given = new Set(
        list().flatMap(({ state, decision }) => (state === 'failed' ? [decision.imageId] : [])),
      );
      change(list().filter(({ decision }) => !given.has(decision.imageId)));
    },
  };
}

/** The first that waits and is not behind a failed one of its own image. */
function nextToSend(unsaved: readonly UnsavedDecision[]): UnsavedDecision | undefined {
  const stuck = new Set<number>();
  for (const each of unsaved) {
    if (each.state === 'failed') stuck.add(each.decision.imageId);
    else if (each.state === 'waiting' && !stuck.has(each.decision.imageId)) return each;
  }
  return undefined;
}

function describe(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof WorkbenchError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

function readSaved(storage: DecisionKeeperOptions['storage']): readonly Decision[] {
  try {
    const parsed = z.array(decisionSchema).safeParse(JSON.parse(storage?.getItem(storageKey) ?? '[]'));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}
