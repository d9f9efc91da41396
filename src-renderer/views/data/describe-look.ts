import type { LookSummary } from '../../../src-shared/domain/dataset.ts';
import { formatMoment } from '../../state/format.ts';
import { say } from '../../texts/say.ts';

/** `Looked through 22 Nov 2026, 14:03: 3 new, 1 gone`; the first look, which brought everything, has nothing to tell. */
export function describeLook(look: LookSummary, imageCount: number): string {
  const { atMs, added, changed, removed } = look;
  const moment = formatMoment(atMs);
  if (added === imageCount && changed === 0 && removed === 0) return say('Read {moment}', { moment });
  if (added + changed + removed === 0) return say('Looked through {moment}: nothing new', { moment });
  return say(
    'Looked through {moment}: {added, number} new, {changed, number} changed, {removed, number} gone',
    { moment, added, changed, removed },
  );
}
