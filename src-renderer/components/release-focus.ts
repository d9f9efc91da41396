import type { SyntheticEvent } from 'react';

/**
 * Takes the focus off a slider that was moved with the pointer, so that the arrow keys go on to the next image again.
 * Whoever moves a slider by keys keeps it.
 */
export function releaseFocus(event: Event | SyntheticEvent): void {
  if (event.type.startsWith('key')) return;
  // MUI focuses the handle one frame after the press, which may be after the release.
  requestAnimationFrame(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
}
