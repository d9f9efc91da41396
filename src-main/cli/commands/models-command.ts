import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { ClipConfig, Model, ModelAnswers, ModelPreview } from '../../../src-shared/domain/model.ts';
import type { CliSession } from '../cli-session.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { formatTable } from '../text-table.ts';
import { countRuns, describeRunsLeft } from './runs-left.ts';

const bytesPerMiB = 1024 * 1024;

/** `models list`. */
export async function listModels(session: CliSession): Promise<void> {
  const { models } = await session.call('models.list', {});
  const use = await session.call('models.diskUse', {});
  const onDisk = (modelId: string) => use.models.find((one) => one.modelId === modelId)?.sizeBytes ?? 0;
  session.print(
    {
      models: models.map((one) => ({ ...one, diskBytes: onDisk(one.id) })),
      downloadsBytes: use.downloadsBytes,
      totalBytes: use.totalBytes,
    },
    models.length === 0
      ? 'There are no models yet. Add one with: anomaly-workbench models import FILE, or fetch one: anomaly-workbench models catalogue\n'
      : formatTable(
          ['id', 'name', 'vision', 'embedding', 'on disk', 'from'],
          models.map((one) => [
            one.id,
            one.name,
            describeVision(one.config),
            one.config.embeddingSize,
            formatSize(onDisk(one.id)),
            one.sourceFile,
          ]),
        ) +
          models.flatMap(({ id, note }) => (note === undefined ? [] : [`${id}: ${note}\n`])).join('') +
          `Models, prompts and downloads take ${formatSize(use.totalBytes)}${use.downloadsBytes === 0 ? '' : `, ${formatSize(use.downloadsBytes)} of it downloads`}.\n`,
  );
}

/** `models show ID`: all that is known of one. */
export async function showModel(session: CliSession, modelId: string): Promise<void> {
  const model = await findModel(session, modelId);
  const use = await session.call('models.diskUse', {});
  const diskBytes = use.models.find((one) => one.modelId === modelId)?.sizeBytes ?? 0;
  const runCount = await countRuns(session, (run) => run.modelId === modelId);
  const { config } = model;
  session.print(
    { model: { ...model, diskBytes }, runCount },
    [
      `${model.id} «${model.name}»${model.note === undefined ? '' : `: ${model.note}`}`,
      `  vision      ${describeVision(config)}`,
      `  text        ${describeText(config)}`,
      `  embedding   ${config.embeddingSize}, activation ${config.activation}`,
      `  on disk     ${formatSize(diskBytes)}, weights ${formatSize(model.sizeBytes)} as fp32 (stored as ${model.sourceDtype} where they are from)`,
      `  SHA-256     ${model.sha256}`,
      `  from        ${model.sourceFile}, ${model.format}, ${new Date(model.importedAtMs).toISOString()}`,
      `  used by     ${countOf(runCount, 'run')}`,
      '',
    ].join('\n'),
  );
}

/** `models rename ID NAME`: the id stays, and with it the runs. */
export async function renameModel(session: CliSession, modelId: string, name: string): Promise<void> {
  const model = await session.call('models.rename', { modelId, name });
  session.print({ model }, `Model ${modelId} is called «${model.name}» now.\n`);
}

async function findModel(session: CliSession, modelId: string): Promise<Model> {
  const { models } = await session.call('models.list', {});
  const model = models.find((one) => one.id === modelId);
  if (model === undefined)
    throw new WorkbenchError(
      'not-found',
      `There is no model «${modelId}». List them with: anomaly-workbench models list`,
    );
  return model;
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

function describeText({ text }: ClipConfig): string {
  return `width ${text.width}, ${text.layers} blocks, ${text.heads} heads, context ${text.contextLength}`;
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
          `  text        ${describeText(config)}`,
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
