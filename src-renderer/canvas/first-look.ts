import { create } from 'zustand';

interface FirstLook {
  /** Whether the large picture that somebody went to is on its way: small ones beside it wait for their turn. */
  readonly isLoading: boolean;
}

export const useFirstLook = create<FirstLook>()(() => ({ isLoading: false }));

/** Small pictures wait no longer than that: a file of 100 megapixels takes seconds. */
const longestHoldMs = 200;
let newest = 0;

/**
 * Lets what is looked at come before the small pictures round it, which would take its host, its connections and its
 * processor: until all of it has loaded, however that ends, and was drawn. Another call takes over from the one before.
 */
export function lookFirst(loads: readonly Promise<unknown>[]): void {
  const own = ++newest;
  const release = () => {
    if (own === newest && useFirstLook.getState().isLoading) useFirstLook.setState({ isLoading: false });
  };
  if (!useFirstLook.getState().isLoading) useFirstLook.setState({ isLoading: true });
  setTimeout(release, longestHoldMs);
  void Promise.allSettled(loads).then(() => {
    // The next frame draws it; a task after that comes when that is done.
    requestAnimationFrame(() => setTimeout(release, 0));
  });
}
