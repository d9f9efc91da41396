import type {
  CheckpointValidation,
  PromptProvenance,
  Training,
} from '../../../src-shared/domain/training.ts';
import type { EpochLosses } from '../db/training-checkpoints-repository.ts';

/** Where the prompts of one checkpoint come from, for their file and for the set that is made of them. */
export function provenanceOf(
  training: Training,
  {
    epoch,
    losses,
    validation,
    version,
    createdAtMs,
  }: {
    readonly epoch: number;
    readonly losses: EpochLosses;
    readonly validation: CheckpointValidation | null;
    readonly version: string;
    readonly createdAtMs: number;
  },
): PromptProvenance {
  const { id, methodId, modelId, modelSha256, datasetName, classNames, settings } = training;
  return {
    trainingId: id,
    epoch,
    ...{ methodId, modelId, modelSha256, datasetName, classNames, settings },
    versionHash: training.versionHash,
    imageCount: training.imageCount,
    anomalousCount: training.anomalousCount,
    losses,
    validation,
    madeWith: version,
    createdAtMs,
  };
}

/** As it stands in the metadata of a safetensors file. */
export function provenanceMetadata(provenance: PromptProvenance): Record<string, string> {
  return { provenance: JSON.stringify(provenance) };
}
