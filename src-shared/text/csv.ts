/** What spreadsheets take for the beginning of a formula, their full-width forms too, and white space they skip before one. */
const formulaStart = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** A field as RFC 4180 has it: in quotes, with quotes doubled, where it holds a comma, a quote or a line's end. */
function csvField(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Words that a spreadsheet must not compute: an apostrophe goes in front of what looks like a formula. */
export function csvWords(text: string): string {
  return csvField(formulaStart.test(text) ? `'${text}` : text);
}

/** A relative path that a spreadsheet must not compute: `./` goes in front, so it still names the same file. */
export function csvPath(path: string): string {
  return csvField(formulaStart.test(path) ? `./${path}` : path);
}

/** The shortest digits that read back as the same number; never with a thousands sign. Empty for null. */
export function csvNumber(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '' : String(value);
}

/** Fields that are quoted already, as one line. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`;
}
