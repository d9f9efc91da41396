export function buildProject(options?: { force?: boolean }): Promise<{ built: boolean; durationMs: number }>;
export function buildPreload(folder: string): Promise<void>;
export function buildPixelWorker(folder: string): Promise<void>;
