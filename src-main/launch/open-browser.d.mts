export function browserCommand(
  url: string,
  options?: { platform?: NodeJS.Platform; env?: Record<string, string | undefined> },
): { executable: string; args: string[] } | null;
export function openBrowser(url: string): void;
