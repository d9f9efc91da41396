type Env = Record<string, string | undefined>;
type Runtime = { executable: string; reason?: undefined } | { executable?: undefined; reason: string };
export function executableIn(folder: string, platform?: NodeJS.Platform): string;
export function findElectron(env?: Env, packageFolder?: string): Runtime;
export function whyNoDisplay(env?: Env, platform?: NodeJS.Platform): string | null;
export function isReachable(url: string): Promise<boolean>;
export function obtainElectron(announce: (message: string) => void, env?: Env): Promise<Runtime>;
