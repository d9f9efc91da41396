import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig, ModelAnswers, ModelPreview } from '../../../src-shared/domain/model.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';
import { countRuns, describeRunsLeft } from './runs-left.ts';

const bytesPerMiB = 1024 * 1024;

/** `models list`. */
export async function listModels(session: CliSession): Promise<void> {
  const { models } = await session.call('models.list', {});
  session.print(
    { models },
    models.length === 0
      ? 'There are no models yet. Add one with: anomaly-workbench models import FILE\n'
      : formatTable(
          ['id', 'name', 'vision', 'embedding', 'MiB', 'from'],
          models.map((one) => [
            one.id,
            one.name,
            describeVision(one.config),
            one.config.embeddingSize,
            Math.round(one.sizeBytes / bytesPerMiB),
            one.sourceFile,
          ]),
        ) + models.flatMap(({ id, note }) => (note === undefined ? [] : [`${id}: ${note}\n`])).join(''),
  );
}

/** `models inspect FILE`: what is understood of a checkpoint, and what it leaves open. Stores nothing. */
export async function inspectModel(session: CliSession, file: string, answers: ModelAnswers): Promise<void> {
  const preview = await session.call('models.inspect', { path: path.resolve(file), answers });
  session.print({ preview }, describePreview(preview));
}

/**
 * `models import FILE`. Throws `needs-choice` with the questions where the checkpoint leaves something open that was
 * not answered on the command line.
 */
export async function importModel(
  session: CliSession,
  file: string,
  name: string | undefined,
  answers: ModelAnswers,
): Promise<void> {
  const preview = await session.call('models.inspect', { path: path.resolve(file), answers });
  if (preview.questions.length > 0)
    throw new WorkbenchError(
      'needs-choice',
      `${file} leaves something open that must not be guessed:\n${describeQuestions(preview)}`,
    );
  const { modelId, job } = await session.call('models.import', {
    path: path.resolve(file),
    answers,
    ...(name === undefined ? {} : { name }),
  });
  await session.finish(job);
  const { models } = await session.call('models.list', {});
  const model = models.find((one) => one.id === modelId);
  if (model === undefined)
    throw new WorkbenchError('internal', `The model ${modelId} was imported but is not in the library.`);
  session.print(
    { model },
    `Model ${model.id} «${model.name}»: ${describeVision(model.config)}, ${Math.round(model.sizeBytes / bytesPerMiB)} MiB\n`,
  );
}

/** `models remove ID`. */
export async function removeModel(session: CliSession, modelId: string): Promise<void> {
  const { models } = await session.call('models.list', {});
  const isBundled = models.find((one) => one.id === modelId)?.bundled === true;
  const runCount = await countRuns(session, (run) => run.modelId === modelId);
  await session.call('models.remove', { modelId });
  session.print(
    { removed: modelId, runCount },
    `Model ${modelId} is removed${isBundled ? '; it came with the workbench, which makes it anew when it needs it next' : ''}.\n${describeRunsLeft(runCount, 'it')}`,
  );
}

function describeVision({ vision }: ClipConfig): string {
  const imageSize = vision.gridSize * vision.patchSize;
  return `width ${vision.width}, ${vision.layers} blocks, ${vision.heads} heads, patch ${vision.patchSize}, ${imageSize} px`;
}

function describePreview(preview: ModelPreview): string {
  const { config } = preview;
  return [
    `${preview.path}`,
    `  format      ${preview.format}, weights stored as ${preview.sourceDtype}, ${Math.round(preview.sizeBytes / bytesPerMiB)} MiB`,
    ...(config === null
      ? []
      : [
          `  vision      ${describeVision(config)}`,
          `  text        width ${config.text.width}, ${config.text.layers} blocks, ${config.text.heads} heads, context ${config.text.contextLength}`,
          `  embedding   ${config.embeddingSize}, activation ${config.activation}`,
        ]),
    ...preview.warnings.map((warning) => `  note        ${warning}`),
    ...(preview.questions.length === 0 ? [] : ['  open questions:', describeQuestions(preview)]),
    '',
  ].join('\n');
}

const answerFlags = { activation: '--activation', visionHeads: '--vision-heads', textHeads: '--text-heads' };

function describeQuestions({ questions }: ModelPreview): string {
  return questions
    .map(
      ({ field, message, choices }) => `  ${message} Answer with ${answerFlags[field]} ${choices.join('|')}`,
    )
    .join('\n');
}
