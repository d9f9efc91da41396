// What lives here: the models and prompts of a data folder: bringing in, the one that comes with the program, removing, disk use.
// What may not: reading of foreign files (src-main/compute does it), and fetching (downloads/).
import { join } from 'node:path';

/** Where things lie in a data folder. */
export interface LibraryFolders {
  readonly dataFolder: string;
  readonly models: string;
  readonly prompts: string;
  readonly thumbnails: string;
  readonly downloads: string;
  readonly trainings: string;
  /** Features of images, which can be made again. */
  readonly features: string;
  model(modelId: string): string;
  promptFile(storedFile: string): string;
  /** Of one training: its checkpoints. */
  training(trainingId: number): string;
  /** Of one entry of the catalogue: its file, or the beginning of it. */
  download(entryId: string): string;
}

export function libraryFolders(dataFolder: string): LibraryFolders {
  const models = join(dataFolder, 'models');
  const prompts = join(dataFolder, 'prompts');
  const downloads = join(dataFolder, 'downloads');
  const trainings = join(dataFolder, 'trainings');
  return {
    dataFolder,
    models,
    prompts,
    thumbnails: join(dataFolder, 'thumbnails'),
    downloads,
    features: join(dataFolder, 'cache', 'features'),
    trainings,
    model: (modelId) => join(models, modelId),
    training: (trainingId) => join(trainings, String(trainingId)),
    promptFile: (storedFile) => join(prompts, storedFile),
    download: (entryId) => join(downloads, entryId),
  };
}
