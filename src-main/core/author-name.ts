import { userInfo } from 'node:os';
import type { Repositories } from './db/repositories.ts';

/** Whose name verdicts and thresholds carry: the setting `author`, else that of the account the program runs under. */
export function authorName({ settings }: Pick<Repositories, 'settings'>): string {
  const { author } = settings.all();
  if (typeof author === 'string' && author.trim() !== '') return author.trim();
  try {
    return userInfo().username;
  } catch {
    // An account without a name, as in some containers.
    return 'unknown';
  }
}
