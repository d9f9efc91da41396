import { eventSchema, type WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Log } from './core.ts';

export type EventListener = (event: WorkbenchEvent) => void;

export interface EventBus {
  emit(event: WorkbenchEvent): void;
  subscribe(listener: EventListener): () => void;
  readonly listenerCount: number;
}

/** Tells every listener; an event that does not fit the contract is logged and not sent, a failing listener disturbs no other. */
export function createEventBus(log: Log): EventBus {
  const listeners = new Set<EventListener>();
  return {
    emit(event) {
      const parsed = eventSchema.safeParse(event);
      if (!parsed.success) {
        log('error', `An event did not fit the contract and was not sent: ${parsed.error.message}`);
        return;
      }
      for (const listener of listeners) {
        try {
          listener(parsed.data);
        } catch (thrown) {
          log('error', `A listener failed on ${event.event}: ${String(thrown)}`);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    get listenerCount() {
      return listeners.size;
    },
  };
}
