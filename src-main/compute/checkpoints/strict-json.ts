/** JSON as safetensors' header needs it: objects as maps (`__proto__` is a key like any other), a repeated key is an error. */
export type StrictJson = string | number | boolean | null | StrictJson[] | Map<string, StrictJson>;

const maxDepth = 16;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Parses one JSON value; throws `Error` saying what is wrong and where. Depth is limited, time is linear. */
export function parseStrictJson(text: string): StrictJson {
  let at = 0;

  function fail(what: string): never {
    throw new Error(`${what} at character ${at}`);
  }
  function skipSpace(): void {
    while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at++;
  }
  function match(pattern: RegExp): string | null {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  }
  function parseString(): string {
    if (text.charAt(at) !== '"') fail('a name or text in quotes is missing');
    let end = at + 1;
    while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
    if (end >= text.length) fail('a text that does not end');
    const quoted = text.slice(at, end + 1);
    try {
      // JSON.parse knows the escapes, and refuses wrong ones and control characters.
      const parsed = JSON.parse(quoted) as string;
      at = end + 1;
      return parsed;
    } catch {
      return fail('a wrong escape or control character in a text');
    }
  }
  function expect(character: string): void {
    if (text.charAt(at) !== character) fail(`"${character}" is missing`);
    at++;
  }
  function parseObject(depth: number): Map<string, StrictJson> {
    const object = new Map<string, StrictJson>();
    at++;
    skipSpace();
    if (text.charAt(at) === '}') {
      at++;
      return object;
    }
    for (;;) {
      skipSpace();
      const key = parseString();
      if (object.has(key)) fail(`the key ${JSON.stringify(key.slice(0, 80))} a second time`);
      skipSpace();
      expect(':');
      object.set(key, parseValue(depth + 1));
      skipSpace();
      if (text.charAt(at) !== ',') break;
      at++;
    }
    expect('}');
    return object;
  }
  function parseArray(depth: number): StrictJson[] {
    const array: StrictJson[] = [];
    at++;
    skipSpace();
    if (text.charAt(at) === ']') {
      at++;
      return array;
    }
    for (;;) {
      array.push(parseValue(depth + 1));
      skipSpace();
      if (text.charAt(at) !== ',') break;
      at++;
    }
    expect(']');
    return array;
  }
  function parseValue(depth: number): StrictJson {
    if (depth > maxDepth) fail('values nested too deeply');
    skipSpace();
    const first = text.charAt(at);
    if (first === '{') return parseObject(depth);
    if (first === '[') return parseArray(depth);
    if (first === '"') return parseString();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    const digits = match(number);
    return digits === null ? fail('no value') : Number(digits);
  }

  const value = parseValue(0);
  skipSpace();
  if (at !== text.length) fail('something after the end');
  return value;
}
