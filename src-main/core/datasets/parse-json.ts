import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
/** Without a prototype: a key such as `__proto__` is a key like any other. */
export interface JsonObject {
  [key: string]: JsonValue;
}

export interface ParsedJson {
  readonly value: JsonValue;
  /** Keys that came twice in one object, some of them; the last value counts. */
  readonly repeatedKeys: readonly string[];
}

const deepest = 64;
const stepMs = 10;
const repeatedKeysKept = 20;

/**
 * Parses JSON in steps that give way to other work, so that an annotation file of 200 MB freezes nothing. Numbers that
 * Python writes (`NaN`, `Infinity`) are read too. Throws `corrupt-file` with the line, also for what is nested too deep.
 */
export async function parseJson(name: string, text: string, signal: AbortSignal): Promise<ParsedJson> {
  const parser = new Parser(name, text);
  for (;;) {
    signal.throwIfAborted();
    if (parser.run(performance.now() + stepMs)) break;
    await setImmediate();
  }
  return { value: parser.value, repeatedKeys: parser.repeatedKeys };
}

/** What may come next. */
type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end' | 'nothing';

interface Open {
  readonly container: JsonValue[] | JsonObject;
  key: string;
}

class Parser {
  value: JsonValue = null;
  readonly repeatedKeys: string[] = [];
  readonly #name: string;
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;
  #expected: Expected = 'value';

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  /** Goes on until the end (true) or until it is `untilMs` (false). */
  run(untilMs: number): boolean {
    for (let steps = 1; ; steps++) {
      if (steps % 512 === 0 && performance.now() > untilMs) return false;
      this.#skipSpace();
      if (this.#at >= this.#text.length) {
        if (this.#expected !== 'nothing') throw this.#error('it ends in the middle');
        return true;
      }
      this.#step();
    }
  }

  #step(): void {
    const character = this.#text.charAt(this.#at);
    switch (this.#expected) {
      case 'nothing':
        throw this.#error('something follows its end');
      case 'comma-or-end': {
        const isObject = !Array.isArray(this.#open.at(-1)?.container);
        if (character === ',') {
          this.#at += 1;
          this.#expected = isObject ? 'key' : 'value';
        } else if (character === (isObject ? '}' : ']')) this.#close();
        else throw this.#error(`a comma or «${isObject ? '}' : ']'}» is missing`);
        return;
      }
      case 'key-or-end':
        if (character === '}') this.#close();
        else this.#readKey();
        return;
      case 'key':
        this.#readKey();
        return;
      case 'value-or-end':
        if (character === ']') this.#close();
        else this.#readValue(character);
        return;
      case 'value':
        this.#readValue(character);
        return;
    }
  }

  #readValue(character: string): void {
    if (character === '{' || character === '[') {
      if (this.#open.length >= deepest) throw this.#error(`it is nested more than ${deepest} deep`);
      const container: JsonValue[] | JsonObject =
        character === '[' ? [] : (Object.create(null) as JsonObject);
      this.#place(container);
      this.#open.push({ container, key: '' });
      this.#at += 1;
      this.#expected = character === '{' ? 'key-or-end' : 'value-or-end';
      return;
    }
    this.#place(character === '"' ? this.#readString() : this.#readWord());
    this.#expected = this.#open.length === 0 ? 'nothing' : 'comma-or-end';
  }

  #place(value: JsonValue): void {
    const open = this.#open.at(-1);
    if (open === undefined) this.value = value;
    else if (Array.isArray(open.container)) open.container.push(value);
    else {
      if (open.key in open.container && this.repeatedKeys.length < repeatedKeysKept) {
        this.repeatedKeys.push(open.key);
      }
      open.container[open.key] = value;
    }
  }

  #close(): void {
    this.#open.pop();
    this.#at += 1;
    this.#expected = this.#open.length === 0 ? 'nothing' : 'comma-or-end';
  }

  #readKey(): void {
    const open = this.#open.at(-1);
    if (this.#text.charAt(this.#at) !== '"' || open === undefined) throw this.#error('a key is missing');
    open.key = this.#readString();
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== ':') throw this.#error('a colon is missing');
    this.#at += 1;
    this.#expected = 'value';
  }

  #readString(): string {
    const start = this.#at;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end === -1) throw this.#error('a text has no closing quote');
    } while (this.#isEscaped(end));
    this.#at = end + 1;
    const raw = this.#text.slice(start + 1, end);
    if (!raw.includes('\\')) return raw;
    try {
      // Line ends inside a text are no JSON, but nothing hangs on them.
      return JSON.parse(`"${raw.replaceAll(/[\u0000-\u001f]/g, ' ')}"`) as string;
    } catch {
      this.#at = start;
      throw this.#error('a text has an escape that does not exist');
    }
  }

  /** Whether an odd number of backslashes stands before. */
  #isEscaped(at: number): boolean {
    let before = at - 1;
    while (this.#text.charAt(before) === '\\') before -= 1;
    return (at - before) % 2 === 0;
  }

  #readWord(): JsonValue {
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined) throw this.#error('a value is missing');
    this.#at += found.length;
    switch (found) {
      case 'null':
        return null;
      case 'true':
        return true;
      case 'false':
        return false;
      default:
        return Number(found);
    }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      // A byte order mark in the middle comes from files that were joined.
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09 && code !== 0xfeff) return;
      this.#at += 1;
    }
  }

  #error(what: string): WorkbenchError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new WorkbenchError(
      'corrupt-file',
      `${this.#name} is no JSON: ${what} (line ${line}). Repair it, or read the folder in another way.`,
    );
  }
}

const word = /null|true|false|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
