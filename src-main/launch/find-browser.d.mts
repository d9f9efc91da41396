export function browserCandidates(options?: {
  platform?: NodeJS.Platform;
  env?: NodeJS.ProcessEnv;
}): string[];
export function findBrowser(): string | null;
export function obtainBrowser(
  announce: (message: string) => void,
): Promise<{ executable: string } | { executable?: undefined; reason: string }>;
