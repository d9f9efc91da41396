import { useEffect, useState } from 'react';

/** A value once it stayed the same for a while: for what is asked of the core while somebody types. */
export function useSettled<T>(value: T, key: string, afterMs: number): T {
  const [settled, setSettled] = useState({ value, key });
  useEffect(() => {
    if (key === settled.key) return undefined;
    const timer = setTimeout(() => {
      setSettled({ value, key });
    }, afterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value, key, settled.key, afterMs]);
  return settled.value;
}
