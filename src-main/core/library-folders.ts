import { join } from 'node:path';

/** Where things lie in a data folder. */
export interface LibraryFolders {
  readonly dataFolder: string;
  readonly models: string;
  readonly prompts: string;
  readonly thumbnails: string;
  model(modelId: string): string;
  promptFile(storedFile: string): string;
}

export function libraryFolders(dataFolder: string): LibraryFolders {
  const models = join(dataFolder, 'models');
  const prompts = join(dataFolder, 'prompts');
  return {
    dataFolder,
    models,
    prompts,
    thumbnails: join(dataFolder, 'thumbnails'),
    model: (modelId) => join(models, modelId),
    promptFile: (storedFile) => join(prompts, storedFile),
  };
}
