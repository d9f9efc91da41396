import type { Database } from './database.ts';
import { createDatasetsRepository } from './datasets-repository.ts';
import { createEvaluationsRepository } from './evaluations-repository.ts';
import { createImagesRepository } from './images-repository.ts';
import { createJobsRepository } from './jobs-repository.ts';
import { createLabelledFilesRepository } from './labelled-files-repository.ts';
import { createModelsRepository } from './models-repository.ts';
import { createOperatingPointsRepository } from './operating-points-repository.ts';
import { createPromptSetsRepository } from './prompt-sets-repository.ts';
import { createPromptTextsRepository } from './prompt-texts-repository.ts';
import { createResultsRepository } from './results-repository.ts';
import { createRunReferencesRepository } from './run-references-repository.ts';
import { createRunsRepository } from './runs-repository.ts';
import { createSettingsRepository } from './settings-repository.ts';
import { createTrainingCheckpointsRepository } from './training-checkpoints-repository.ts';
import { createTrainingsRepository } from './trainings-repository.ts';
import { createVerdictsRepository } from './verdicts-repository.ts';

export type Repositories = ReturnType<typeof createRepositories>;

/** One repository an aggregate, all on one connection. */
export function createRepositories(database: Database) {
  return {
    settings: createSettingsRepository(database),
    datasets: createDatasetsRepository(database),
    images: createImagesRepository(database),
    labelledFiles: createLabelledFilesRepository(database),
    jobs: createJobsRepository(database),
    models: createModelsRepository(database),
    promptSets: createPromptSetsRepository(database),
    promptTexts: createPromptTextsRepository(database),
    runs: createRunsRepository(database),
    runReferences: createRunReferencesRepository(database),
    results: createResultsRepository(database),
    evaluations: createEvaluationsRepository(database),
    trainings: createTrainingsRepository(database),
    trainingCheckpoints: createTrainingCheckpointsRepository(database),
    verdicts: createVerdictsRepository(database),
    operatingPoints: createOperatingPointsRepository(database),
  };
}
