import { useEffect, useEffectEvent, useState } from 'react';

/** Something that is loaded by key. */
export interface Resource<T> {
  readonly key: string;
  /** What is there already. */
  readonly peek: () => T | undefined;
  readonly load: () => Promise<T>;
}

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: unknown;
}

interface Settled<T> extends Loaded<T> {
  readonly key: string;
}

/** The value of a resource; what is loaded already is there in the same frame, so that going on does not flicker. */
export function useResource<T>(resource: Resource<T> | null): Loaded<T> {
  const [settled, setSettled] = useState<Settled<T> | null>(null);
  const key = resource?.key ?? null;

  const load = useEffectEvent(() => resource?.load());

  useEffect(() => {
    if (key === null) return;
    let wanted = true;
    load()?.then(
      (value) => {
        if (wanted) setSettled({ key, value, error: null });
      },
      (error: unknown) => {
        if (wanted) setSettled({ key, value: undefined, error });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);

  const there = resource?.peek();
  if (there !== undefined) return { value: there, error: null };
  return settled !== null && settled.key === key ? settled : { value: undefined, error: null };
}
