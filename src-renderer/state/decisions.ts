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

/** A decision as it waits outside the core. */
export const keptDecisionSchema = z
  .object({ decision: decisionSchema, madeAtMs: z.number().int() })
  .readonly();
export type KeptDecision = z.infer<typeof keptDecisionSchema>;

/** A decision that the core has not confirmed yet. */
export interface UnsavedDecision extends KeptDecision {
  readonly serial: number;
  readonly state: 'waiting' | 'sending' | 'failed';
  /** Of the last attempt; it stands while the next one is made. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  /** It was sent before, from here or from a window that is gone: the core may have it. */
  readonly isRepeat: boolean;
  /** The user was told what stands against it and wants it all the same. */
  readonly isForced: boolean;
}

interface DecisionState {
  /** In the order in which they were made. */
  readonly unsaved: readonly UnsavedDecision[];
  /** Whether what waits would survive the end of this window; `true` where nothing waits. */
  readonly isKept: boolean;
}

export const useDecisionStore = create<DecisionState>()(() => ({ unsaved: [], isKept: true }));

/** The newest note of an image that is not stored yet; null without one. */
export function unsavedNote(unsaved: readonly UnsavedDecision[], imageId: number): string | null {
  return (
    unsaved.findLast(({ decision }) => decision.imageId === imageId && decision.note !== null)?.decision
      .note ?? null
  );
}

/** Where decisions wait for the next start of the window. */
export interface DecisionStorage {
  /** Puts all that waits into the place of what was there; false where that cannot be done. */
  save(waiting: readonly KeptDecision[]): boolean;
}

export type Attempt = Pick<UnsavedDecision, 'decision' | 'madeAtMs' | 'isRepeat' | 'isForced'>;

export interface DecisionKeeperOptions {
  /** Stores it; `needs-choice` where only the user can say whether it still holds. */
  readonly record: (attempt: Attempt) => Promise<Verdict>;
  /** Called with every row that was stored, before the decision leaves the list of unsaved ones. */
  readonly onStored: (verdict: Verdict, decision: Decision) => void;
  readonly now?: () => number;
  readonly setTimer?: (action: () => void, delayMs: number) => void;
}

export interface DecisionKeeper {
  /** Takes a decision over at once and stores it in its turn. */
  decide(decision: Decision): void;
  /** Keeps what waits in `storage` from now on. */
  keepIn(storage: DecisionStorage): void;
  /** Takes over what a window that is gone had not stored; it comes before what was decided here. */
  adopt(waiting: readonly KeptDecision[]): void;
  /** Sends again what failed. `isForced`: what needed a choice too, which is made herewith. */
  retry(isForced?: boolean): void;
  /** Gives up what failed. */
  discardFailed(): void;
}

const firstRetryMs = 1000;
const longestRetryMs = 30_000;

/** Reasons that do not pass by themselves. */
const lasting: ReadonlySet<ErrorCode> = new Set(['not-found', 'bad-request', 'needs-choice', 'forbidden']);

/**
 * Hands decisions to the core one after the other and loses none: what could not be stored stays in the list, marked, and
 * is sent again by itself, later each time; what waits when the window ends is taken up by the next one. Later decisions
 * of an image wait for an earlier one of the same image, those of other images do not.
 */
export function createDecisionKeeper({
  record,
  onStored,
  now = Date.now,
  setTimer = (action, delayMs) => void setTimeout(action, delayMs),
}: DecisionKeeperOptions): DecisionKeeper {
  let serial = 0;
  let isSending = false;
  let isTimed = false;
  let retryMs = firstRetryMs;
  let storage: DecisionStorage | null = null;

  const change = (unsaved: readonly UnsavedDecision[]) => {
    const isKept =
      storage?.save(unsaved.map(({ decision, madeAtMs }) => ({ decision, madeAtMs }))) ??
      unsaved.length === 0;
    useDecisionStore.setState({ unsaved, isKept: isKept || unsaved.length === 0 });
  };
  const list = () => useDecisionStore.getState().unsaved;
  const mark = (wanted: number, changed: Partial<UnsavedDecision>) => {
    change(list().map((each) => (each.serial === wanted ? { ...each, ...changed } : each)));
  };

  const sendOne = async (next: UnsavedDecision): Promise<void> => {
    mark(next.serial, { state: 'sending' });
    try {
      onStored(await record(next), next.decision);
      retryMs = firstRetryMs;
      change(list().filter((each) => each.serial !== next.serial));
    } catch (error) {
      mark(next.serial, { state: 'failed', error: describe(error), isRepeat: true });
    }
  };
  const send = async () => {
    if (isSending) return;
    isSending = true;
    for (let next = nextToSend(list()); next !== undefined; next = nextToSend(list())) await sendOne(next);
    isSending = false;
    const mayPass = list().some(
      ({ state, error }) => state === 'failed' && error && !lasting.has(error.code),
    );
    if (!mayPass || isTimed) return;
    isTimed = true;
    setTimer(() => {
      isTimed = false;
      again((error) => !lasting.has(error.code));
    }, retryMs);
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  };
  const again = (
    concerns: (error: NonNullable<UnsavedDecision['error']>) => boolean,
    changed: Partial<UnsavedDecision> = {},
  ) => {
    change(
      list().map((each) =>
        each.state === 'failed' && each.error && concerns(each.error)
          ? { ...each, state: 'waiting', ...changed }
          : each,
      ),
    );
    void send();
  };
  const made = (kept: KeptDecision, isRepeat: boolean): UnsavedDecision => ({
    ...kept,
    serial: ++serial,
    state: 'waiting',
    error: null,
    isRepeat,
    isForced: false,
  });

  const decide = (decision: Decision) => {
    const before = list();
    const last = before.findLast((each) => each.decision.imageId === decision.imageId);
    // A note that is still being written is stored once; two verdicts are two rows of the trail.
    const joins =
      last !== undefined &&
      last.state !== 'sending' &&
      last.decision.value === decision.value &&
      decision.note !== null;
    if (joins) mark(last.serial, { decision: { ...last.decision, note: decision.note } });
    else change([...before, made({ decision, madeAtMs: now() }, false)]);
    void send();
  };

  return {
    decide,
    keepIn: (chosen) => {
      storage = chosen;
      change(list());
    },
    adopt: (waiting) => {
      if (waiting.length === 0) return;
      change([...waiting.map((kept) => made(kept, true)), ...list()]);
      void send();
    },
    retry: (isForced = false) => {
      retryMs = firstRetryMs;
      again((error) => isForced || error.code !== 'needs-choice', isForced ? { isForced } : {});
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
