import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { guessDelimiter, parseDelimited } from '../../../src-main/core/datasets/parse-delimited.ts';
import { parseJson } from '../../../src-main/core/datasets/parse-json.ts';
import { createTreeReader } from '../../../src-main/core/datasets/read-folder.ts';
import { readText } from '../../../src-main/core/datasets/read-text.ts';
import { folderOf } from './import-tools.ts';

const { signal } = new AbortController();
const json = async (text: string) => (await parseJson('x.json', text, signal)).value;
const rows = async (text: string, maxRows = 1000) =>
  (await parseDelimited('x.csv', text, { delimiter: guessDelimiter(text), maxRows, signal })).map(
    (row) => row.cells,
  );

/** Resolves with how often other work had its turn while `work` ran. */
async function turnsOfOthers(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const beat = () => {
    turns += 1;
    if (!isOver) setImmediate(beat);
  };
  setImmediate(beat);
  await work();
  isOver = true;
  return turns;
}

describe('reading JSON', () => {
  it('gives what JSON.parse gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.json({ maxDepth: 6 }),
        fc.constantFrom(undefined, 1, '\t'),
        async (text, indent) => {
          const value: unknown = JSON.parse(text);
          const spaced = JSON.stringify(value, null, indent);
          expect(JSON.stringify(await json(spaced))).toBe(JSON.stringify(value));
        },
      ),
    );
  });

  it('refuses every damaged text with its name and line, and hangs on none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.nat(),
        fc.constantFrom('"', '{', '}', ',', '\\', '\u0000', 'x', ''),
        async (text, at, put) => {
          const place = at % (text.length + 1);
          const broken = text.slice(0, place) + put + text.slice(place + 1);
          try {
            await json(broken);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(WorkbenchError);
            expect((thrown as WorkbenchError).message).toMatch(/^x\.json is no JSON: .+ \(line \d+\)/);
          }
        },
      ),
    );
  });

  it.each([
    '',
    ' ',
    '[',
    '{"a":1',
    '{"a" 1}',
    '[1 2]',
    '"\\',
    '"\\u12"',
    '{a:1}',
    '[1,]',
    '01x',
    '\u0000',
    'tru',
    '['.repeat(1e6),
    '{"a":'.repeat(1e5),
  ])('refuses %.20j', async (text) => {
    await expect(json(text)).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  it('takes keys for keys, says which came twice, and reads what Python writes', async () => {
    const { value, repeatedKeys } = await parseJson(
      'x',
      '{"__proto__":{"a":1},"b":NaN,"b":-Infinity,"constructor":2}',
      signal,
    );
    expect(Object.keys(value as object)).toEqual(['__proto__', 'b', 'constructor']);
    expect(({} as { a?: number }).a).toBeUndefined();
    expect(repeatedKeys).toEqual(['b']);
  });

  it('gives way to other work while it reads a large file', async () => {
    const text = JSON.stringify(
      Array.from({ length: 200_000 }, (_, i) => ({ img_path: `folder/image ${i}.png`, anomaly: 0 })),
    );
    let read: unknown[] = [];
    const turns = await turnsOfOthers(async () => {
      read = (await json(text)) as unknown[];
    });
    expect(read).toHaveLength(200_000);
    // Steps of 10 ms of a work of some hundred; read in one go, others would have one turn at its end.
    expect(turns).toBeGreaterThan(3);
  });
});

describe('reading tables', () => {
  it('reads quotes, line ends of three kinds, and cells with delimiters and line ends in them', async () => {
    expect(await rows('a,b\r\n"x,1","say ""hi"""\n\n"two\nlines", c \r d,e')).toEqual([
      ['a', 'b'],
      ['x,1', 'say "hi"'],
      ['two\nlines', 'c'],
      ['d', 'e'],
    ]);
  });

  it('reads back every table that it is given', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', 'é', ' ', '=', '\t') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (table) => {
          const text = table
            .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
            .join('\r\n');
          const read = await parseDelimited('x', text, { delimiter: ',', maxRows: 100, signal });
          expect(read.map((row) => row.cells)).toEqual(table);
        },
      ),
    );
  });

  it('refuses a quote that is never closed, a cell without end, and too many rows', async () => {
    await expect(rows('a,b\n"c,d\ne,f')).rejects.toMatchObject({
      message: expect.stringContaining('line 2') as string,
    });
    await expect(rows(`a,b\n${'x'.repeat(1e6)},1`)).rejects.toMatchObject({ code: 'corrupt-file' });
    await expect(rows('a,b\n'.repeat(50), 20)).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  it.each([
    ['a,b,c\n1,2,3', ','],
    ['a;b\n"1,5";"2,5"\n3,5;4,5', ';'],
    ['a\tb c,d\n1\t2', '\t'],
    ['a|b\n1|2', '|'],
    ['one\ntwo', ','],
  ])('finds the delimiter of %j', (text, delimiter) => {
    expect(guessDelimiter(text)).toBe(delimiter);
  });
});

describe('reading text files', () => {
  const read = async (bytes: Uint8Array, maxBytes?: number) => {
    const root = await folderOf({ 't.csv': bytes });
    const tree = createTreeReader(root, { signal, limits: { entries: 10, depth: 3 } });
    return await readText(tree, 't.csv', maxBytes === undefined ? {} : { maxBytes });
  };

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffpath,ü')],
    ['UTF-16 of either order with a mark', Buffer.from('\ufeffpath,ü', 'utf16le')],
    ['UTF-16 of the other order', Buffer.from('\ufeffpath,ü', 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from('path,ü', 'utf16le')],
    ['Windows-1252', Buffer.from('path,ü', 'latin1')],
  ])('understands %s', async (_, bytes) => {
    expect(await read(bytes)).toBe('path,ü');
  });

  it('refuses files that are too large, naming them', async () => {
    await expect(read(Buffer.alloc(100), 50)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('t.csv') as string,
    });
    const tree = createTreeReader(await folderOf({}), { signal, limits: { entries: 10, depth: 3 } });
    await expect(readText(tree, join('no', 'such.csv'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
