export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export function countVitest(report: unknown): Counts;
export function countPlaywright(report: unknown): Counts & { retried: string[] };
export function addCounts(...counts: Counts[]): Counts;
