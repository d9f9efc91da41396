const textEntry =
  'input:not([type="range"]):not([type="radio"]):not([type="checkbox"]), textarea, select, [role="menu"], [role="listbox"], [role="dialog"]';
const stepped = 'input[type="range"], input[type="radio"], [role="slider"]';

/** What moves a slider or goes through a group of radio buttons. */
const steppingKeys = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
  ' ',
]);

/**
 * Whether a key belongs to what is focused: any key to a text field or a list that is open, to a slider only the keys
 * that move it.
 */
export function isTaken({ target, key }: Pick<KeyboardEvent, 'target' | 'key'>): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest(textEntry) !== null) return true;
  return steppingKeys.has(key) && target.closest(stepped) !== null;
}
