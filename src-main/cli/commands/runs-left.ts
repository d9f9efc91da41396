import type { Run } from '../../../src-shared/domain/run.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { CliSession } from '../cli-session.ts';

/** How many runs of all data sets were made with something. */
export async function countRuns(session: CliSession, madeWith: (run: Run) => boolean): Promise<number> {
  const { runs } = await session.call('runs.list', { datasetId: null });
  return runs.filter(madeWith).length;
}

/** What becomes of the runs that were made with `it`; nothing to say where there are none. */
export function describeRunsLeft(runCount: number, it: 'it' | 'them'): string {
  if (runCount === 0) return '';
  return runCount === 1
    ? `1 run was made with ${it}; its results stay.\n`
    : `${countOf(runCount, 'run')} were made with ${it}; their results stay.\n`;
}
