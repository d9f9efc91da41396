/**
 * Keeps the keyboard's place. Where the focused element is taken off the page by what it did (a page turns, a panel
 * closes, a job ends), the focus goes to the heading of the view; where it was only disabled for a moment, back to it.
 * Returns a function that stops.
 */
export function keepFocus(): () => void {
  let last: Element | null = null;
  let wasDisabled = false;
  let frame = 0;

  const remember = ({ target }: FocusEvent) => {
    if (target instanceof Element) last = target;
    wasDisabled = false;
  };
  // Whoever clicks beside everything wants the focus nowhere.
  const forget = ({ target }: Event) => {
    if (target instanceof Element && target.closest('button, input, a, [tabindex]') === null) last = null;
  };
  const check = () => {
    frame = 0;
    if (last === null || document.activeElement !== document.body) return;
    if (last.isConnected) {
      if (last.matches(':disabled')) wasDisabled = true;
      else if (wasDisabled && last instanceof HTMLElement) last.focus({ preventScroll: true });
      return;
    }
    // An open dialog looks after its own.
    if (document.querySelector('[aria-modal="true"]') !== null) return;
    const heading = document.querySelector<HTMLElement>('main h1');
    if (heading === null) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  // In the next frame, when a dialog that closes has given the focus back to its button.
  const observer = new MutationObserver(() => {
    if (frame === 0) frame = requestAnimationFrame(check);
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled'],
  });
  document.addEventListener('focusin', remember);
  document.addEventListener('pointerdown', forget, true);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    document.removeEventListener('focusin', remember);
    document.removeEventListener('pointerdown', forget, true);
  };
}
