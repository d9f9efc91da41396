/** Whether keys belong to what is focused: a text field, a slider, a list that is open. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return (
    target.closest(
      'input, textarea, select, [role="slider"], [role="menu"], [role="listbox"], [role="dialog"]',
    ) !== null
  );
}
