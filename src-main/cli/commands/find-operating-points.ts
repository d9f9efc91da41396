import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ExportKind, MapThreshold, ScoreThreshold } from '../../../src-shared/domain/export.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { CliSession } from '../cli-session.ts';

export interface OperatingPointWishes {
  /** Names or numbers. */
  readonly operatingPoint: readonly string[];
  readonly what: readonly ExportKind[];
  readonly threshold?: ScoreThreshold;
  readonly mapThreshold?: MapThreshold;
}

/**
 * The saved thresholds that an export is asked to use. Throws `not-found` for a name that none has, `needs-choice` for one
 * that several have, `bad-request` for two of one level and for one that means nothing to what is written.
 */
export async function findOperatingPoints(
  session: CliSession,
  runId: number,
  { operatingPoint: names, what, threshold, mapThreshold }: OperatingPointWishes,
): Promise<{ scoreThreshold?: ScoreThreshold; mapThreshold?: MapThreshold }> {
  if (names.length === 0) return {};
  const { datasetId } = await session.call('runs.get', { runId });
  const { operatingPoints } = await session.call('operatingPoints.list', { datasetId: null });
  const found: { scoreThreshold?: ScoreThreshold; mapThreshold?: MapThreshold } = {};
  for (const name of names) {
    const point = pickByName(operatingPoints, name, datasetId);
    const rule = { kind: 'operating-point', id: point.id } as const;
    if (point.level === 'image') {
      if (threshold !== undefined || found.scoreThreshold !== undefined) throw twice(point, 'scores');
      if (!what.includes('csv')) throw useless(point, 'scores; it means something to csv alone');
      found.scoreThreshold = rule;
    } else {
      if (mapThreshold !== undefined || found.mapThreshold !== undefined) throw twice(point, 'maps');
      if (!what.includes('masks') && !what.includes('overlays'))
        throw useless(point, 'maps; it means something to masks and overlays alone');
      found.mapThreshold = rule;
    }
  }
  return found;
}

/** Those of the run's own data set come first: elsewhere the same name may mean something else. */
function pickByName(points: readonly OperatingPoint[], name: string, datasetId: number): OperatingPoint {
  const named = points.filter((point) => point.name === name);
  const own = named.filter((point) => point.datasetId === datasetId);
  const fitting = own.length > 0 ? own : named;
  const numbered = fitting.length === 0 ? points.filter(({ id }) => String(id) === name) : fitting;
  const [point] = numbered;
  if (point === undefined) {
    const known = points.map((each) => `«${each.name}» (${each.id})`);
    throw new WorkbenchError(
      'not-found',
      known.length === 0
        ? `There is no operating point «${name}»; none was saved yet. Save one in the Thresholds view.`
        : `There is no operating point «${name}». There are: ${known.join(', ')}.`,
    );
  }
  if (numbered.length > 1) {
    const ids = numbered.map(({ id }) => id).join(', ');
    throw new WorkbenchError(
      'needs-choice',
      `${numbered.length} operating points are called «${name}». Name one by its number: ${ids}.`,
    );
  }
  return point;
}

function twice({ name }: OperatingPoint, what: string): WorkbenchError {
  return new WorkbenchError('bad-request', `«${name}» is a threshold on ${what}, and another one is given.`);
}

function useless({ name }: OperatingPoint, why: string): WorkbenchError {
  return new WorkbenchError('bad-request', `«${name}» is a threshold on ${why}.`);
}
