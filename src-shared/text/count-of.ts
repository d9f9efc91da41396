// What lives here: counts, sizes, shares and table fields as text, the same in every process.
// What may not: words of one view or one command, and anything that reads or writes.
/** `1 image`, `2 images`; `several` where the plural is not made with an s (`1 class`, `2 classes`). */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
