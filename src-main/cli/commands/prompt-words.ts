import { open } from 'node:fs/promises';
import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { ownPromptText } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { MethodId, MethodSettings } from '../../../src-shared/domain/method.ts';
import {
  promptFileSchema,
  promptTextSchema,
  type PromptFile,
  type PromptText,
} from '../../../src-shared/domain/prompt-text.ts';

/** What the command line says of hand-written prompts. */
export interface PromptWordOptions {
  readonly promptsFile?: string;
  readonly normal?: readonly string[];
  readonly anomalous?: readonly string[];
}

/** A file of prompts is a page of text; what is longer is another file. */
const mostFileBytes = 256 * 1024;

/**
 * The words that the options ask for; null where they say nothing. Phrases typed as options stand in place of the file's.
 * Throws `unreadable`, `too-large`, `corrupt-file` or `bad-request`, each naming the file or the option and what to do.
 */
export async function readPromptWords(options: PromptWordOptions): Promise<PromptFile | null> {
  const { promptsFile, normal, anomalous } = options;
  const file = promptsFile === undefined ? null : await readPromptFile(path.resolve(promptsFile));
  if (file === null && normal === undefined && anomalous === undefined) return null;
  const words = {
    ...file,
    ...(normal === undefined ? {} : { normal }),
    ...(anomalous === undefined ? {} : { abnormal: anomalous }),
  };
  const parsed = promptFileSchema.safeParse(words);
  if (parsed.success) return parsed.data;
  throw new WorkbenchError('bad-request', `${inOptions(parsed.error.issues[0])} Write it as "flawless {}".`);
}

async function readPromptFile(file: string): Promise<PromptFile> {
  const text = await readShort(file);
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new WorkbenchError('corrupt-file', `${file} is no JSON. ${exampleWords}`, { cause });
  }
  const parsed = promptFileSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `«${issue.path.join('.')}» `;
  throw new WorkbenchError(
    'bad-request',
    `${file} holds prompts that cannot be used: ${place}${issue?.message ?? ''}. ${exampleWords}`,
  );
}

const exampleWords = 'It should look like {"normal": ["flawless {}"], "abnormal": ["damaged {}"]}.';

async function readShort(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size > mostFileBytes)
      throw new WorkbenchError(
        'too-large',
        `${file} has ${size} bytes; a file of prompts has at most ${mostFileBytes}. Is it the right one?`,
      );
    return await handle.readFile('utf8');
  } catch (thrown) {
    if (thrown instanceof WorkbenchError) throw thrown;
    const { code = '' } = thrown as NodeJS.ErrnoException;
    throw new WorkbenchError(
      'unreadable',
      code === 'ENOENT'
        ? `There is no file ${file}.`
        : `${file} could not be read (${code}). Check that it is a file and that you may read it.`,
      { cause: thrown },
    );
  }
}

function inOptions(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  const [part, index] = issue?.path ?? [];
  const flag = part === 'abnormal' ? '--anomalous' : '--normal';
  return `${flag}${typeof index === 'number' ? `, phrase ${index + 1},` : ''} ${issue?.message ?? 'does not fit'}.`;
}

/** The settings that words make of a method's own; empty for a method that writes no sentences. Throws `bad-request`. */
export function promptSettings(
  methodId: MethodId,
  words: PromptFile | null,
): Pick<MethodSettings, 'promptText' | 'objectNames'> {
  const own = ownPromptText(methodId);
  if (words === null || own === null) return {};
  const { objects, ...parts } = words;
  const text: PromptText = { ...own, ...parts };
  const parsed = promptTextSchema.safeParse(text);
  if (!parsed.success)
    throw new WorkbenchError(
      'bad-request',
      `These prompts cannot be used with ${methodId}: ${parsed.error.issues[0]?.message ?? ''}.`,
    );
  return { promptText: parsed.data, ...(objects === undefined ? {} : { objectNames: objects }) };
}
