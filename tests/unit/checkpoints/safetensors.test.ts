import { createHash } from 'node:crypto';
import { readFile, readdir, stat, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { openSafetensors, readSafetensors } from '../../../src-main/compute/checkpoints/open-safetensors.ts';
import {
  maxHeaderBytes,
  parseSafetensorsHeader,
} from '../../../src-main/compute/checkpoints/safetensors-header.ts';
import { parseStrictJson } from '../../../src-main/compute/checkpoints/strict-json.ts';
import { halfBitsToSingleBits, widenToFloat32 } from '../../../src-main/compute/checkpoints/tensor-dtype.ts';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import {
  expectRefusal,
  fixtureValues,
  fixturesFolder,
  memoryFile,
  readStored,
  readValues,
  useScratchFolder,
} from '../../support/checkpoint-scratch.ts';

const scratch = useScratchFolder();

function fileOf(header: string | Buffer, dataBytes: number, headerBytes?: number): Buffer {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes ?? json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}
const open = (header: string | Buffer, dataBytes: number, headerBytes?: number) =>
  readSafetensors(memoryFile(fileOf(header, dataBytes, headerBytes)));
const row = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('a safetensors file', () => {
  it('written by the official package is read, every dtype in its own', async () => {
    const checkpoint = await openSafetensors(`${fixturesFolder}/safetensors-package.safetensors`);
    for (const [name, count] of [
      ['float32', 6],
      ['float16', 5],
      ['bfloat16', 3],
      ['scalar', 1],
    ] as const) {
      expect(await readValues(checkpoint, name)).toEqual(fixtureValues(name, count));
    }
    expect(checkpoint.tensors.get('int64')).toMatchObject({ dtype: 'I64', shape: [3] });
    expect(checkpoint.tensors.get('empty')).toMatchObject({ shape: [0, 4], elementCount: 0 });
    expect(checkpoint.tensors.get('scalar')?.shape).toEqual([]);
    await checkpoint.close();
  });

  it('may name a tensor __proto__ or constructor', async () => {
    const checkpoint = await open(`{"__proto__":${row(0, 8)},"constructor":${row(8, 12)}}`, 12);
    expect([...checkpoint.tensors.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    ['a name twice', `{"a":${row(0, 4)},"a":${row(0, 4)}}`, 4, /second time/],
    ['overlapping data', `{"a":${row(0, 8)},"b":${row(4, 12)}}`, 12, /overlaps/],
    ['a hole between tensors', `{"a":${row(0, 4)},"b":${row(8, 12)}}`, 12, /hole/],
    ['data beyond the end', `{"a":${row(0, 400)}}`, 4, /lacks 396 bytes/],
    ['bytes that belong to no tensor', `{"a":${row(0, 4)}}`, 12, /belong to no tensor/],
    ['a shape of another size', `{"a":${row(0, 8, [3])}}`, 8, /shape/],
    ['a product beyond 2^53', `{"a":${row(0, 8, [4294967296, 4294967296, 4])}}`, 8, /shape/],
    ['sizes that overflow to the right number', `{"a":${row(0, 0, [4294967296, 4294967296])}}`, 0, /shape/],
    ['a negative size', `{"a":${row(0, 4, [-1, -1])}}`, 4, /not a size/],
    ['a fractional size', `{"a":${row(0, 4, [0.5, 2])}}`, 4, /not a size/],
    [
      'an end before its begin',
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`,
      4,
      /begin and an end/,
    ],
    ['an unknown dtype', `{"a":${row(0, 4, [1], 'X9')}}`, 4, /unknown dtype/],
    ['a dtype from the prototype', `{"a":${row(0, 4, [1], 'toString')}}`, 4, /unknown dtype/],
    ['no description', '{"a":7}', 0, /no description/],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, /__metadata__/],
    ['a header that is a list', '[]', 0, /not a safetensors/],
    ['something after the header', '{} x', 0, /after the end/],
    ['deep nesting', `{"a":${'['.repeat(50_000)}`, 0, /nested/],
    ['a header cut in the middle', '{"a":{"dty', 0, /does not end/],
  ])('with %s is refused', async (_what, header, dataBytes, words) => {
    await expectRefusal(open(header, dataBytes), 'corrupt-file', words);
  });

  it('with a header that is not UTF-8 is refused', async () => {
    await expectRefusal(open(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 0), 'corrupt-file', /UTF-8/);
  });

  it('with an oversized header length is refused before anything is allocated', async () => {
    await expectRefusal(open('{}', 0, 2 ** 52), 'corrupt-file', /cut off/);
    const sparse = await scratch.write('sparse.safetensors', fileOf('{}', 0, maxHeaderBytes + 1));
    await truncate(sparse, maxHeaderBytes * 2);
    await expectRefusal(openSafetensors(sparse), 'corrupt-file', /far too many/);
  });

  it('cut off anywhere is refused', async () => {
    const whole = await readFile(`${fixturesFolder}/safetensors-package.safetensors`);
    for (let length = 0; length < whole.length; length++) {
      await expectRefusal(readSafetensors(memoryFile(whole.subarray(0, length))), 'corrupt-file');
    }
  });
});

describe('writing safetensors', () => {
  const tensors = [
    { name: 'odd', shape: [3], chunks: () => [Float32Array.of(1, 2, 3)] },
    {
      name: '__proto__',
      shape: [4, 8],
      chunks: () => [new Float32Array(20).fill(4), new Float32Array(12).fill(5)],
    },
    { name: 'scalar', shape: [], chunks: () => [Float32Array.of(6)] },
    { name: 'wide', shape: [2, 16], chunks: () => [new Float32Array(32).fill(7)] },
  ];

  it('gives back what was written, with the checksum of the file', async () => {
    const file = scratch.path('written.safetensors');
    const { sha256, sizeBytes } = await writeSafetensors({ file, tensors, metadata: { format: 'pt' } });
    const bytes = await readFile(file);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(bytes.length).toBe(sizeBytes);
    const stored = await readStored(file);
    expect(stored.get('odd')?.values).toEqual(Float32Array.of(1, 2, 3));
    expect(stored.get('__proto__')?.values).toEqual(
      Float32Array.from({ length: 32 }, (_, i) => (i < 20 ? 4 : 5)),
    );
    expect(stored.get('scalar')?.shape).toEqual([]);
  });

  it('lets tensors begin at multiples of 64 bytes, without a hole', async () => {
    const file = scratch.path('aligned.safetensors');
    await writeSafetensors({ file, tensors });
    const bytes = await readFile(file);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const rows = parseSafetensorsHeader(bytes.subarray(8, 8 + headerBytes), bytes.length - 8 - headerBytes);
    expect((8 + headerBytes) % 64).toBe(0);
    expect(rows.map(({ name, begin }) => [name, begin % 64])).toEqual([
      ['__proto__', 0],
      ['wide', 0],
      ['odd', 0],
      ['scalar', 12],
    ]);
  });

  it('leaves the folder as it was when a tensor fails or the user cancels', async () => {
    const file = await scratch.write('kept.safetensors', 'what was there before');
    const before = await readdir(scratch.path());
    const failing = {
      name: 'bad',
      shape: [2],
      chunks: () => {
        throw new WorkbenchError('corrupt-file', 'this tensor is damaged');
      },
    };
    await expectRefusal(
      writeSafetensors({ file, tensors: [...tensors, failing] }),
      'corrupt-file',
      /damaged/,
    );
    await expectRefusal(writeSafetensors({ file, tensors, signal: AbortSignal.abort() }), 'cancelled');
    await expect(writeSafetensors({ file, tensors: [{ ...tensors[0]!, shape: [4] }] })).rejects.toThrow(
      /length/,
    );
    expect(await readdir(scratch.path())).toEqual(before);
    expect(await readFile(file, 'utf8')).toBe('what was there before');
  });

  it('says so when the disk is full', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const failing = {
      name: 'a',
      shape: [1],
      chunks: () => {
        throw full;
      },
    };
    const file = scratch.path('full.safetensors');
    await expectRefusal(writeSafetensors({ file, tensors: [failing] }), 'disk-full', /Free some space/);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });
});

describe('numbers and names', () => {
  it('widens every half-precision value exactly', () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const wide = new Float32Array(65_536);
    widenToFloat32(new Uint8Array(halves.buffer), 'F16', wide);
    for (let half = 0; half < 65_536; half++) {
      const sign = half & 0x8000 ? -1 : 1;
      const exponent = (half >> 10) & 31;
      const fraction = half & 1023;
      const expected =
        exponent === 31
          ? fraction
            ? NaN
            : sign * Infinity
          : exponent === 0
            ? sign * fraction * 2 ** -24
            : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
      if (!Object.is(wide[half], expected)) expect([half, wide[half]]).toEqual([half, expected]);
    }
    expect(halfBitsToSingleBits(0x3c00)).toBe(0x3f800000);
  });

  it('reads JSON as JSON, and nothing else', () => {
    expect(parseStrictJson(' {"a\\u0062": [1, -2.5e3, true, null, "x\\n"]} ')).toEqual(
      new Map([['ab', [1, -2500, true, null, 'x\n']]]),
    );
    for (const wrong of ['', '{', '{"a"}', '[1,]', '01', '"\u0001"', '"\\x"', 'nul', '{"a":1,}', '1 2']) {
      expect(() => parseStrictJson(wrong), wrong).toThrow();
    }
  });
});
