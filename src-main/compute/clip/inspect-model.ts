import type { ModelAnswers, ModelPreview } from '../../../src-shared/domain/model.ts';
import { understandCheckpoint } from './understand-checkpoint.ts';

export interface InspectModelOptions {
  /** A checkpoint file, or a folder that holds one. */
  readonly path: string;
  readonly answers: ModelAnswers;
}

/** What an import would store and what it would ask, from the file's tables alone. Errors as `understandCheckpoint`. */
export async function inspectModel({ path, answers }: InspectModelOptions): Promise<ModelPreview> {
  const understood = await understandCheckpoint(path, answers);
  const { source, checkpoint, format, sourceDtype, config, questions, warnings } = understood;
  await checkpoint.close();
  return {
    path,
    suggestedName: source.suggestedName,
    format,
    sourceDtype,
    config,
    questions,
    warnings,
    sizeBytes: checkpoint.sizeBytes,
  };
}
