/** Rows as aligned columns; a column whose cells are all numbers, or empty, is set right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [headings, ...rows].map((row) => row.map(String));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const rightAligned = headings.map((_, column) =>
    rows.every((row) => /^(-|[-+]?[\d.,]+(e[-+]?\d+)?( ?%)?( ± [\d.]+)?|)$/.test(String(row[column] ?? ''))),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
