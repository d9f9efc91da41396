import { expect, test } from 'vitest';
import type { CliSession } from '../../../src-main/cli/cli-session.ts';
import { namedPrompts } from '../../../src-main/cli/commands/choose-inputs.ts';

const promptSets = [
  { id: 1, name: '2', methodId: 'anomalyclip', textWidth: 8 },
  { id: 2, name: 'plates', methodId: 'anomalyclip', textWidth: 8 },
  { id: 3, name: 'plates', methodId: 'faprompt', textWidth: 8 },
  { id: 4, name: 'bolts', methodId: 'faprompt', textWidth: 8 },
];
const session = { call: () => Promise.resolve({ promptSets }) } as unknown as CliSession;

test('prompts are named by their number first, then by a name that only one set has', async () => {
  const ids = (await namedPrompts(session, ['2', 'bolts'], null)).map(({ id }) => id);
  expect(ids).toEqual([2, 4]);
  await expect(namedPrompts(session, ['plates'], null)).rejects.toMatchObject({
    code: 'needs-choice',
    message: '2 sets of prompts are called «plates»; name one by its number: 2 (anomalyclip), 3 (faprompt)',
  });
  await expect(namedPrompts(session, ['no such thing'], null)).rejects.toMatchObject({ code: 'not-found' });
});
