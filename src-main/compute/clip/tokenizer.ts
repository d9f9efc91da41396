import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { unescapeHtml } from './unescape-html.ts';

/** CLIP's byte-level BPE over lower-cased text (methods.md §1; OpenAI CLIP's simple_tokenizer, without ftfy's repair). */
export interface Tokenizer {
  /** 49,408: 256 bytes, 256 bytes at a word's end, the merges, start and end of text. */
  readonly vocabularySize: number;
  readonly startOfText: number;
  readonly endOfText: number;
  /**
   * Token ids SOT … EOT, not padded; `contextLength` (77 where absent) counts both. Special tokens that are written
   * out in the text are kept as such. Throws `bad-request` when the text needs more than `contextLength` tokens.
   */
  encode(text: string, options?: { readonly contextLength?: number }): number[];
}

export interface TokenizerOptions {
  /** The project's `assets` folder; the merges are `clip-bpe/merges.txt.gz` in it. */
  readonly assetsFolder: string;
}

const mergeCount = 49_152 - 256 - 2;
const byteSymbols = 512;

/** Texts longer than this are refused unread: even with each letter as an HTML entity, no prompt needs as much. */
const maxTextLength = 65_536;

const startOfTextWord = '<|startoftext|>';
const endOfTextWord = '<|endoftext|>';

/** White space as str.strip of Python has it, which is not JavaScript's (U+001C-1F are, U+FEFF is not). */
const spaceLetter = /[\p{White_Space}\x1c-\x1f]/u;
const spaceRun = /\p{White_Space}+/gu;

/**
 * CLIP's word pattern, for text in lower case. The original ignores case, which in Python's regex module lets «ſ» stand
 * for the s of «'s» and makes U+0345 (it folds to a letter without being one) match nothing at all.
 */
const wordPattern =
  /<\|startoftext\|>|<\|endoftext\|>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}\u0345]+/gu;

/** Symbols of CLIP's vocabulary for bytes: printable Latin-1 stands for itself, other bytes for letters from U+0100 on. */
function listByteSymbols(): { readonly letters: readonly string[]; readonly idOfByte: Uint16Array } {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const ordered = [...bytes.filter(printable), ...bytes.filter((byte) => !printable(byte))];
  const idOfByte = new Uint16Array(256);
  let extra = 256;
  const letters = ordered.map((byte, id) => {
    idOfByte[byte] = id;
    return String.fromCharCode(printable(byte) ? byte : extra++);
  });
  return { letters, idOfByte };
}

interface Vocabulary {
  /** left·65536 + right → rank of the merge; the merged token's id is 512 + rank. */
  readonly rankOfPair: ReadonlyMap<number, number>;
  readonly idOfByte: Uint16Array;
  /** Length of the longest token in bytes: bounds how many bytes a given number of tokens can hold. */
  readonly longestToken: number;
}

function readVocabulary(assetsFolder: string): Vocabulary {
  const file = path.join(assetsFolder, 'clip-bpe', 'merges.txt.gz');
  let text: string;
  try {
    text = gunzipSync(readFileSync(file)).toString('utf8');
  } catch (cause) {
    throw new WorkbenchError(
      'unreadable',
      `CLIP's vocabulary could not be read from ${file}. Install Anomaly Workbench again.`,
      { cause },
    );
  }
  const damaged = () =>
    new WorkbenchError(
      'corrupt-file',
      `CLIP's vocabulary in ${file} is damaged. Install Anomaly Workbench again.`,
    );
  const { letters, idOfByte } = listByteSymbols();
  const idOfSymbol = new Map(
    [...letters, ...letters.map((letter) => `${letter}</w>`)].map((s, id) => [s, id]),
  );
  const rankOfPair = new Map<number, number>();
  let longestToken = 1;
  const lines = text.trimEnd().split('\n');
  if (lines.length !== mergeCount) throw damaged();
  for (const [rank, line] of lines.entries()) {
    const [left = '', right = ''] = line.split(' ');
    const [leftId, rightId] = [idOfSymbol.get(left), idOfSymbol.get(right)];
    if (leftId === undefined || rightId === undefined || idOfSymbol.has(left + right)) throw damaged();
    idOfSymbol.set(left + right, byteSymbols + rank);
    rankOfPair.set(leftId * 65_536 + rightId, rank);
    longestToken = Math.max(longestToken, (left + right).replace('</w>', '').length);
  }
  return { rankOfPair, idOfByte, longestToken };
}

/** One word's token ids: the lowest-ranked pair is merged everywhere, from left to right, until no pair has a rank. */
function mergeWord(word: Uint8Array, { rankOfPair, idOfByte }: Vocabulary): number[] {
  const ids = Array.from(word, (byte) => idOfByte[byte] ?? 0);
  const last = ids.length - 1;
  ids[last] = (ids[last] ?? 0) + 256;
  for (;;) {
    let best = Infinity;
    for (let i = 0; i + 1 < ids.length; i++) {
      const rank = rankOfPair.get((ids[i] ?? 0) * 65_536 + (ids[i + 1] ?? 0));
      if (rank !== undefined && rank < best) best = rank;
    }
    if (best === Infinity) return ids;
    let kept = 0;
    for (let i = 0; i < ids.length; i++, kept++) {
      const pair = (ids[i] ?? 0) * 65_536 + (ids[i + 1] ?? 0);
      if (i + 1 < ids.length && rankOfPair.get(pair) === best) {
        ids[kept] = byteSymbols + best;
        i++;
      } else {
        ids[kept] = ids[i] ?? 0;
      }
    }
    ids.length = kept;
  }
}

function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && spaceLetter.test(text.charAt(start))) start++;
  while (end > start && spaceLetter.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function cleanText(text: string): string {
  return strip(unescapeHtml(unescapeHtml(text.toWellFormed())).replace(spaceRun, ' ')).toLowerCase();
}

/** Reads CLIP's vocabulary (about 0.1 s; make one tokenizer and keep it). Throws `unreadable` or `corrupt-file`. */
export function createTokenizer({ assetsFolder }: TokenizerOptions): Tokenizer {
  const vocabulary = readVocabulary(assetsFolder);
  const startOfText = byteSymbols + mergeCount;
  const endOfText = startOfText + 1;
  const utf8 = new TextEncoder();

  function tooLong(text: string, contextLength: number): WorkbenchError {
    const beginning = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return new WorkbenchError(
      'bad-request',
      `The prompt «${beginning}» is too long: the model reads at most ${contextLength} tokens, the two marks at its ends included. Use fewer words.`,
    );
  }

  return {
    vocabularySize: endOfText + 1,
    startOfText,
    endOfText,
    encode(text, { contextLength = 77 } = {}) {
      if (text.length > maxTextLength) throw tooLong(text, contextLength);
      const ids = [startOfText];
      for (const [word] of cleanText(text).matchAll(wordPattern)) {
        if (word === startOfTextWord) ids.push(startOfText);
        else if (word === endOfTextWord) ids.push(endOfText);
        else {
          const bytes = utf8.encode(word);
          // Merging costs the square of a word's length: a word that cannot fit is refused before it.
          if (bytes.length > contextLength * vocabulary.longestToken) throw tooLong(text, contextLength);
          ids.push(...mergeWord(bytes, vocabulary));
        }
        if (ids.length + 1 > contextLength) throw tooLong(text, contextLength);
      }
      ids.push(endOfText);
      return ids;
    },
  };
}
