import { useEffect, useRef, useState } from 'react';

/**
 * A value that follows at most so often, and always comes to rest where it should: for what nobody can read at the rate of
 * a handle that is being dragged. What is first seen after such a pause is there with the next task.
 */
export function useLagging<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const lastMs = useRef(-Infinity);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        lastMs.current = performance.now();
        setShown(value);
      },
      Math.max(0, lastMs.current + everyMs - performance.now()),
    );
    return () => {
      clearTimeout(timer);
    };
  }, [value, everyMs]);
  return shown;
}
