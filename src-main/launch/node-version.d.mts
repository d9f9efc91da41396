export const projectRoot: string;
export function bundledNode(): string | null;
export function chooseNode(
  version: string,
  bundled: string | null,
): { kind: 'fit' } | { kind: 'restart'; executable: string } | { kind: 'stop'; message: string };
export function ensureNode(): Promise<void>;
export function run(
  executable: string,
  args: readonly string[],
  options?: { cwd?: string; env?: Record<string, string> },
): Promise<number>;
export function endWithNpm(): void;
