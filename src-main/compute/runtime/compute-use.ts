import type { ComputeSettings, ComputeUse, ProviderId } from '../../../src-shared/domain/compute-settings.ts';
import type { GraphUse, SessionStore } from './session-store.ts';

/** The store with a scan's wishes for every graph that is loaded through it. Releasing everything stays the store's own. */
export function withRuntime(
  store: SessionStore,
  { providers, threads }: ComputeSettings,
  onUse: (use: GraphUse) => void,
): SessionStore {
  return {
    ...store,
    load: (graph, options) =>
      store.load(graph, { ...options, providers, onUse, ...(threads === 0 ? {} : { threads }) }),
  };
}

/** Sums up what the graphs of a scan were computed by: the provider of the last one loaded, and every failure once. */
export function createComputeUse(): { note(use: GraphUse): void; get(): ComputeUse | null } {
  let last: { provider: ProviderId; threads: number } | null = null;
  const failures = new Map<ProviderId, string>();
  return {
    note({ provider, threads, failures: seen }) {
      last = { provider, threads };
      for (const [failed, message] of seen) failures.set(failed, message);
    },
    get() {
      if (last === null) return null;
      return { ...last, failures: [...failures].map(([provider, message]) => ({ provider, message })) };
    },
  };
}
