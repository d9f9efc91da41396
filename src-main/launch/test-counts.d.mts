export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export function countVitest(report: unknown): Counts & { failures: string[] };
export function countPlaywright(report: unknown): Counts & { failures: string[]; retried: string[] };
export function addCounts(...counts: Counts[]): Counts;
