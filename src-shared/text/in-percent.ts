/** A share from 0 to 1 in percent, to a decimal and without the sign, as tables have it; `absent` where there is none. */
export function inPercent(share: number | null, absent = '-'): string {
  return share === null ? absent : (share * 100).toFixed(1);
}

/** The same with the sign. */
export function withPercent(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : `${inPercent(share)} %`;
}
