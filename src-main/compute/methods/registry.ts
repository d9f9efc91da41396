import type { MethodId } from '../../../src-shared/domain/method.ts';
import { anomalyClipMethod } from './anomalyclip.ts';
import { baselineMethod } from './baseline.ts';
import { clipAcMethod } from './clip-ac.ts';
import { clipMethod } from './clip.ts';
import { coopMethod } from './coop.ts';
import { faPromptMethod } from './faprompt.ts';
import type { Method } from './method.ts';
import { winClipMethod } from './winclip.ts';

/** Every method, by id. The compiler asks for a row for each id of the contract. */
export const methods: { readonly [Id in MethodId]: Method } = {
  baseline: baselineMethod,
  clip: clipMethod,
  'clip-ac': clipAcMethod,
  winclip: winClipMethod,
  anomalyclip: anomalyClipMethod,
  faprompt: faPromptMethod,
  coop: coopMethod,
};
