// What lives here: files that the workbench writes for people and other programs, one writer a format.
// What may not: metrics (evaluation/ has them), images decoding, and any decision of a user.

/** Text that is safe between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Markup that is safe to put into other markup: only `html` makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = Html | string | number | readonly Html[];

/** A template of markup; every text that is put in is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const render = (part: Part): string => {
    if (part instanceof Html) return part.markup;
    if (typeof part === 'object') return part.map((one) => one.markup).join('');
    return escapeHtml(String(part));
  };
  return new Html(strings.map((text, i) => (i === 0 ? '' : render(parts[i - 1] ?? '')) + text).join(''));
}
