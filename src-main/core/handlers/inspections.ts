import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { InspectProgress } from '../datasets/inspect-dataset.ts';
import type { EventBus } from '../event-bus.ts';

/** Inspections that are under way: each can be followed and ended by the id that its asker gave it. */
export function createInspections(events: EventBus, closing: AbortSignal) {
  const running = new Map<string, AbortController>();
  return {
    /** Rejects with `cancelled` as soon as it is stopped, and with `bad-request` where the id is in use. */
    async run<T>(
      inspectionId: string | null,
      inspect: (signal: AbortSignal, onProgress: (progress: InspectProgress) => void) => Promise<T>,
    ): Promise<T> {
      if (inspectionId === null) return await inspect(closing, () => undefined);
      if (running.has(inspectionId)) {
        throw new WorkbenchError('bad-request', `An inspection ${inspectionId} is under way already.`);
      }
      const own = new AbortController();
      running.set(inspectionId, own);
      const signal = AbortSignal.any([closing, own.signal]);
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(
            new WorkbenchError('cancelled', 'Looking through the folder was stopped; nothing was stored.'),
          );
        });
      });
      try {
        const inspecting = inspect(signal, (progress) => {
          if (!signal.aborted) events.emit({ event: 'dataset.inspecting', inspectionId, ...progress });
        });
        return await Promise.race([inspecting, stopped]);
      } finally {
        running.delete(inspectionId);
      }
    },
    stop(inspectionId: string): void {
      running.get(inspectionId)?.abort();
    },
  };
}
