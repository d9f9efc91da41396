import {
  promptSlot,
  promptTextLimits,
  promptTextSchema,
  type PromptText,
} from '../../src-shared/domain/prompt-text.ts';
import { say } from '../texts/say.ts';

/** A prompt text while it is typed: a phrase a line. */
export interface PromptDraft {
  /** What it was saved under; null: it was not saved as it stands. */
  readonly name: string | null;
  readonly normal: string;
  readonly abnormal: string;
  readonly templates: string;
}

export const draftParts = ['normal', 'abnormal', 'templates'] as const;
export type DraftPart = (typeof draftParts)[number];

export const partNames: Readonly<Record<DraftPart, string>> = {
  normal: say('Normal'),
  abnormal: say('Anomalous'),
  templates: say('Templates'),
};

export function draftOf({ name, normal, abnormal, templates }: PromptText): PromptDraft {
  return {
    name: name ?? null,
    normal: normal.join('\n'),
    abnormal: abnormal.join('\n'),
    templates: templates.join('\n'),
  };
}

/** The text that a draft says, or what is wrong with it and where. */
export type ParsedDraft =
  | { readonly text: PromptText; readonly problem: null }
  | { readonly text: null; readonly problem: { readonly part: DraftPart; readonly message: string } };

export function parseDraft(draft: PromptDraft): ParsedDraft {
  const lines = {
    normal: linesOf(draft.normal),
    abnormal: linesOf(draft.abnormal),
    templates: linesOf(draft.templates),
  };
  for (const part of draftParts) {
    const message = problemOf(part, lines[part]);
    if (message !== null) return { text: null, problem: { part, message } };
  }
  const states = Math.max(lines.normal.length, lines.abnormal.length);
  const sentences = states * lines.templates.length;
  if (sentences > promptTextLimits.sentences) {
    const message = say(
      '{states, number} phrases in {templates, number} templates make {sentences, number} sentences; {most, number} are the most.',
      { states, templates: lines.templates.length, sentences, most: promptTextLimits.sentences },
    );
    return { text: null, problem: { part: 'templates', message } };
  }
  const parsed = promptTextSchema.safeParse({
    ...lines,
    ...(draft.name === null ? {} : { name: draft.name }),
  });
  if (parsed.success) return { text: parsed.data, problem: null };
  return { text: null, problem: { part: 'normal', message: parsed.error.issues[0]?.message ?? '' } };
}

/** What is said where nothing was drafted (null): the method's own text. */
export function readDraft(draft: PromptDraft | null, own: PromptText): ParsedDraft {
  return draft === null ? { text: own, problem: null } : parseDraft(draft);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function problemOf(part: DraftPart, lines: readonly string[]): string | null {
  const most = part === 'templates' ? promptTextLimits.templates : promptTextLimits.states;
  if (lines.length === 0)
    return part === 'templates'
      ? say('Write at least one template; {slot} alone leaves the phrases as they are.', { slot: promptSlot })
      : say('Write at least one phrase, such as «flawless {slot}».', { slot: promptSlot });
  if (lines.length > most)
    return say('{count, number} lines; {most, number} are the most.', { count: lines.length, most });
  for (const [index, line] of lines.entries()) {
    const place = { line: index + 1, slot: promptSlot, most: promptTextLimits.letters };
    if (!line.includes(promptSlot))
      return part === 'templates'
        ? say('Line {line}: write {slot} where the phrase is to stand.', place)
        : say('Line {line}: write {slot} where the object is to stand.', place);
    if (line.length > promptTextLimits.letters)
      return say('Line {line} is longer than {most, number} letters.', place);
    if (/\p{Cc}/u.test(line)) return say('Line {line} holds characters that are no text.', place);
  }
  return null;
}
