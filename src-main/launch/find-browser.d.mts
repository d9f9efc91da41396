export function browserCandidates(options?: {
  platform?: NodeJS.Platform;
  env?: Record<string, string | undefined>;
}): string[];
export function findBrowser(): string | null;
export function obtainBrowser(
  announce: (message: string) => void,
): Promise<{ executable: string; reason?: undefined } | { executable?: undefined; reason: string }>;
