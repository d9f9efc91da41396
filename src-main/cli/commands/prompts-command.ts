import path from 'node:path';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';
import { countRuns, describeRunsLeft } from './runs-left.ts';

/** `prompts list`. */
export async function listPrompts(session: CliSession): Promise<void> {
  const { promptSets } = await session.call('prompts.list', {});
  session.print(
    { promptSets },
    promptSets.length === 0
      ? 'There are no learned prompts yet. Add some with: anomaly-workbench prompts import FILE, or fetch some: anomaly-workbench models catalogue\n'
      : formatTable(
          ['id', 'name', 'method', 'text width', 'words', 'deep blocks', 'from'],
          promptSets.map((one) => [
            one.id,
            one.name,
            one.methodId,
            one.textWidth,
            one.contextLength,
            one.deepBlocks,
            describeOrigin(one),
          ]),
        ) + promptSets.flatMap(({ id, note }) => (note === undefined ? [] : [`${id}: ${note}\n`])).join(''),
  );
}

/** Where prompts come from, in words; the whole path is in the answer with --json. */
function describeOrigin({ bundled, provenance, sourceFile }: PromptSet): string {
  if (bundled === true) return 'came with the program';
  const trainingId = provenance?.trainingId ?? null;
  // A file from another machine names a training of that one; what is kept here lies in the folder of its training.
  if (trainingId !== null && path.basename(path.dirname(sourceFile)) === String(trainingId))
    return `learned here, training ${trainingId}`;
  return /^https?:/.test(sourceFile) ? `fetched from ${sourceFile}` : `file ${path.basename(sourceFile)}`;
}

/** `prompts import FILE`: a released `.pth` or a safetensors file. */
export async function importPrompts(
  session: CliSession,
  file: string,
  name: string | undefined,
): Promise<void> {
  const promptSet = await session.call('prompts.import', {
    path: path.resolve(file),
    ...(name === undefined ? {} : { name }),
  });
  session.print(
    { promptSet },
    `Prompts ${promptSet.id} «${promptSet.name}» for ${promptSet.methodId}, text width ${promptSet.textWidth}\n`,
  );
}

export interface PromptExportOptions {
  readonly format: 'safetensors' | 'torch';
  readonly overwrite?: boolean;
}

/** `prompts export ID FILE`. */
export async function exportPrompts(
  session: CliSession,
  promptSetId: number,
  file: string,
  { format, overwrite = false }: PromptExportOptions,
): Promise<void> {
  const written = await session.call('prompts.export', {
    promptSetId,
    format,
    file: path.resolve(file),
    overwrite,
  });
  session.print({ exported: written }, `Prompts ${promptSetId} are in ${written.file}\n`);
}

/** `prompts rename ID NAME`: the number stays, and with it the runs. */
export async function renamePrompts(session: CliSession, promptSetId: number, name: string): Promise<void> {
  const promptSet = await session.call('prompts.rename', { promptSetId, name });
  session.print({ promptSet }, `Prompts ${promptSetId} are called «${promptSet.name}» now.\n`);
}

/** `prompts remove ID`. */
export async function removePrompts(session: CliSession, promptSetId: number): Promise<void> {
  const { promptSets } = await session.call('prompts.list', {});
  const isBundled = promptSets.find((one) => one.id === promptSetId)?.bundled === true;
  const runCount = await countRuns(session, (run) => run.promptSetId === promptSetId);
  await session.call('prompts.remove', { promptSetId });
  session.print(
    { removed: promptSetId, runCount },
    `Prompts ${promptSetId} are removed${isBundled ? '; they came with the workbench, and come again where the starter model is removed and made anew' : ''}.\n${describeRunsLeft(runCount, 'them')}`,
  );
}
