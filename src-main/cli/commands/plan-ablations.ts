import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import {
  ablationRows,
  learnsTheSame,
  uselessRow,
  type AblationGroupId,
  type AblationRow,
} from '../../../src-shared/domain/ablations.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type {
  ImageScope,
  TrainableMethodId,
  TrainingSettings,
  TrainingWishes,
  ValidationScope,
} from '../../../src-shared/domain/training.ts';
import type { CliSession } from '../cli-session.ts';

/** What a table of ablations is asked of. */
export interface AblationOrder {
  readonly methodId: TrainableMethodId;
  readonly model: Model;
  readonly scope: ImageScope;
  readonly validation: ValidationScope;
  /** Of the base row. */
  readonly wishes: TrainingWishes;
  readonly groups: readonly AblationGroupId[];
  /** Null: the base row's own. */
  readonly seeds: readonly number[] | null;
}

/** A row with all settings that its trainings have, but for the seed. */
export interface PlannedRow extends Pick<AblationRow, 'name' | 'wishes' | 'from'> {
  readonly group: AblationGroupId | 'base';
  readonly settings: TrainingSettings;
  /** Of the images that it learns from. */
  readonly versionHash: string;
}

export interface AblationPlan extends AblationOrder {
  readonly seeds: readonly number[];
  /** Of the images that every row is measured on. */
  readonly validationVersionHash: string | null;
  /** The base row first. */
  readonly rows: readonly PlannedRow[];
  readonly leftOut: readonly {
    readonly group: AblationGroupId;
    readonly name: string;
    readonly reason: string;
  }[];
  readonly warnings: MethodResult<'trainings.plan'>['warnings'];
}

/** Which rows there are. Throws what `trainings.plan` throws of the base row; other rows that do not fit are left out. */
export async function planAblations(session: CliSession, order: AblationOrder): Promise<AblationPlan> {
  const { methodId, model, scope, validation, wishes, groups } = order;
  const planOf = (settings: TrainingWishes, judged: ValidationScope | null) =>
    session.call('trainings.plan', { methodId, modelId: model.id, ...scope, settings, validation: judged });
  const { settings, versionHash, validationVersionHash, warnings } = await planOf(wishes, validation);
  const base: PlannedRow = {
    ...{ group: 'base', name: 'base', wishes, from: 'the settings that were given, else the default ones' },
    ...{ settings, versionHash },
  };
  const rows: PlannedRow[] = [base];
  const leftOut: AblationPlan['leftOut'][number][] = [];
  for (const row of ablationRows(model.config).filter(({ group }) => groups.includes(group))) {
    const leaveOut = (reason: string) => {
      leftOut.push({ group: row.group, name: row.name, reason });
    };
    const useless = uselessRow(methodId, row);
    if (useless !== null) {
      leaveOut(useless);
      continue;
    }
    try {
      const planned = await planOf({ ...wishes, ...row.wishes }, null);
      const same = rows.find((one) => learnsTheSame(methodId, one.settings, planned.settings));
      if (same === undefined)
        rows.push({ ...row, settings: planned.settings, versionHash: planned.versionHash });
      else leaveOut(`the same as ${same === base ? 'the base row' : `«${same.name}»`}`);
    } catch (thrown) {
      const { code, message } = toErrorShape(thrown);
      if (code !== 'bad-request') throw thrown;
      leaveOut(message.replace(/\.$/, ''));
    }
  }
  return { ...order, seeds: order.seeds ?? [settings.seed], validationVersionHash, rows, leftOut, warnings };
}
