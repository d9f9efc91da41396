import type { Log } from './core.ts';
import { runDoctor, type DoctorServices } from './doctor.ts';

/** Lines of the log that a report ends with. */
const keptLines = 60;

/** A log that remembers its last lines. */
export function rememberLog(log: Log): { readonly log: Log; lines(): readonly string[] } {
  const lines: string[] = [];
  return {
    log: (level, message) => {
      if (level !== 'debug') lines.push(`${new Date().toISOString()} ${level} ${message}`);
      if (lines.length > keptLines) lines.shift();
      log(level, message);
    },
    lines: () => lines,
  };
}

/** What someone who helps has to know: every check with its finding, then the end of the log. */
export async function reportProblem(services: DoctorServices, logLines: readonly string[]): Promise<string> {
  const checks = await runDoctor(services);
  return [
    ...checks.map(({ name, state, detail }) => `${name}${state === 'ok' ? '' : ` (${state})`}: ${detail}`),
    '',
    logLines.length === 0 ? 'The log has no entry since the start.' : 'Log since the start:',
    ...logLines,
    '',
  ].join('\n');
}
