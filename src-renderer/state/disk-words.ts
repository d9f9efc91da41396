import { say } from '../texts/say.ts';

const names: Readonly<Record<string, string>> = {
  database: say('Database: data sets, results, verdicts'),
  models: say('Models'),
  prompts: say('Learned prompts'),
  downloads: say('Downloads that were not imported'),
  thumbnails: say('Thumbnails'),
  'features of images': say('Kept features of images'),
  'backups of the database': say('Backups of the database'),
  "the window's own files": say('The window’s own files'),
  logs: say('Log files'),
};

/** What a part of the data folder holds. */
export function diskPartTitle(kind: string): string {
  return names[kind] ?? say('Other files');
}
