import type { Page } from '@playwright/test';

/**
 * What a page in the made-up language shows or speaks without its brackets. Names of data, of methods and of keys are
 * no sentences: whatever matches one of `names` is left out, and so is every text without two letters in a row.
 */
export async function untranslatedTexts(page: Page, names: readonly RegExp[]): Promise<readonly string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [];
    const spoken = ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'aria-description'];
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('kbd, script, style, [data-names]')) continue;
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
    .map((text) =>
      text
        .replaceAll(/⟦[^⟧]*⟧/g, ' ')
        .replaceAll(/[⟦⟧]/g, ' ')
        .trim(),
    )
    .map((text) => names.reduce((rest, name) => rest.replaceAll(name, ' '), text).trim());
  return [...new Set(readable.filter((text) => /\p{L}{2}/u.test(text)))];
}
