import type { Page } from '@playwright/test';

/**
 * What a page in the made-up language shows or speaks without its brackets. Names of data, of methods and of keys are
 * no sentences: what is marked `translate="no"` or is one of `names` is left out, and so is every text without two
 * letters in a row.
 */
export async function untranslatedTexts(
  page: Page,
  names: readonly (string | RegExp)[],
): Promise<readonly string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [];
    const spoken = ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'aria-description'];
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('kbd, script, style, [translate="no"]')) continue;
      for (const name of spoken) {
        const value = element.getAttribute(name);
        if (value) found.push(value);
      }
      // A sentence with elements in its places spreads over several nodes: it is judged as a whole.
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim(),
      );
      if (own && element.checkVisibility()) found.push(element.textContent);
    }
    return found;
  });
  const readable = texts
    .map((text) => outsideBrackets(text).trim())
    .map((text) => names.reduce<string>((rest, name) => rest.replaceAll(name, ' '), text).trim());
  return [...new Set(readable.filter((text) => /\p{L}{2}/u.test(text)))];
}

/** A sentence may stand in another one's place, brackets and all. */
function outsideBrackets(text: string): string {
  let depth = 0;
  let outside = '';
  for (const character of text) {
    if (character === '⟦') depth++;
    else if (character === '⟧') depth--;
    else if (depth === 0) outside += character;
    if (depth > 0 && character === '⟦') outside += ' ';
  }
  return outside;
}
