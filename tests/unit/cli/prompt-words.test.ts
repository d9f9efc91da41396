import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { methodWishes } from '../../../src-main/cli/commands/method-options.ts';
import { promptSettings, readPromptWords } from '../../../src-main/cli/commands/prompt-words.ts';
import { ownPromptText } from '../../../src-shared/domain/hand-written-prompts.ts';
import { temporaryFolder } from '../core/support/harness.ts';

async function written(content: string): Promise<string> {
  const file = path.join(await temporaryFolder(), 'words.json');
  await writeFile(file, content);
  return file;
}

describe('prompts on the command line', () => {
  it('are none where nothing was said', async () => {
    expect(await readPromptWords({})).toBeNull();
    expect(promptSettings('winclip', null)).toEqual({});
  });

  it('stand in place of the method’s own where a file or an option names them', async () => {
    const promptsFile = await written(
      '{"name": "Plates", "normal": ["new {}"], "abnormal": ["bent {}"], "objects": {"plate_2": "steel plate"}}',
    );
    const words = await readPromptWords({ promptsFile, anomalous: ['{} with a scratch', 'dented {}'] });
    const own = ownPromptText('winclip');
    expect(promptSettings('winclip', words)).toEqual({
      promptText: {
        name: 'Plates',
        normal: ['new {}'],
        abnormal: ['{} with a scratch', 'dented {}'],
        templates: own.templates,
      },
      objectNames: { plate_2: 'steel plate' },
    });
  });

  it('go to the methods that write sentences and to no other', async () => {
    const words = await readPromptWords({ normal: ['flawless {}'] });
    const choice = (['baseline', 'clip', 'winclip'] as const).map((methodId) => ({ methodId, shots: null }));
    const wishes = methodWishes(choice, {}, words);
    expect(wishes.map(({ settings }) => settings.promptText?.normal)).toEqual([
      undefined,
      ['flawless {}'],
      ['flawless {}'],
    ]);
  });

  it('that say what the method says anyway make the run it would make anyway', async () => {
    const { abnormal } = ownPromptText('winclip');
    const words = await readPromptWords({ anomalous: abnormal });
    expect(methodWishes([{ methodId: 'winclip', shots: null }], {}, words)[0]?.settings).toEqual({});
  });

  it.each<[string, string, RegExp]>([
    ['is no JSON', '{"normal": [', /words\.json is no JSON\. It should look like/],
    ['is another thing', '[1, 2]', /words\.json holds prompts that cannot be used/],
    ['has an empty list', '{"normal": []}', /«normal» needs at least one phrase/],
    [
      'lacks the place of the object',
      '{"abnormal": ["bent {}", "bent"]}',
      /«abnormal\.1» needs \{\} where the object stands/,
    ],
    ['has an unknown part', '{"weights": []}', /weights/],
    ['has numbers for words', '{"normal": [1]}', /«normal\.0»/],
    ['is longer than any prompts', `{"name": "${'x'.repeat(300_000)}"}`, /at most 262144/],
    ['has a phrase of control letters', '{"normal": ["{}\\u0007"]}', /«normal\.0»/],
  ])('of a file that %s are refused with the file’s name and what to do', async (_, content, message) => {
    const promptsFile = await written(content);
    await expect(readPromptWords({ promptsFile })).rejects.toMatchObject({
      name: 'WorkbenchError',
      message: expect.stringMatching(message),
    });
  });

  it('of a file reach no object’s prototype', async () => {
    const promptsFile = await written('{"objects": {"__proto__": {"plate": "x"}, "plate": "steel plate"}}');
    const words = await readPromptWords({ promptsFile });
    expect(Object.entries(words?.objects ?? {})).toEqual([['plate', 'steel plate']]);
    expect(Object.getPrototypeOf(words?.objects)).toBe(Object.prototype);
  });

  it('of a file that is not there, or a folder, are refused', async () => {
    const folder = await temporaryFolder();
    await expect(readPromptWords({ promptsFile: path.join(folder, 'no.json') })).rejects.toThrow(
      /There is no file .*no\.json/,
    );
    await mkdir(path.join(folder, 'words'));
    await expect(readPromptWords({ promptsFile: path.join(folder, 'words') })).rejects.toThrow(
      /could not be read \(EISDIR\)/,
    );
  });

  it('typed without the place of the object are refused by the option’s name', async () => {
    await expect(readPromptWords({ anomalous: ['bent {}', 'bent'] })).rejects.toThrow(
      /^--anomalous, phrase 2, needs \{\} where the object stands\. Write it as "flawless \{\}"\.$/,
    );
  });

  it('that make too many sentences with a method’s own templates are refused', async () => {
    const normal = Array.from({ length: 60 }, (_, index) => `state ${index} {}`);
    const words = await readPromptWords({ normal });
    expect(() => promptSettings('clip-ac', words)).toThrow(/cannot be used with clip-ac: .*1000 sentences/);
    expect(promptSettings('clip', words).promptText?.normal).toHaveLength(60);
  });
});
