import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src-main/compute/checkpoints/open-checkpoint.ts';
import { readTorchZip } from '../../../src-main/compute/checkpoints/open-torch-zip.ts';
import {
  expectRefusal,
  fixtureValues,
  fixturesFolder,
  memoryFile,
  readFixture,
  readValues,
  useScratchFolder,
} from '../../support/checkpoint-scratch.ts';
import { PickleWriter } from '../../support/pickle-writer.ts';
import { writeTorchLikeZip, zipSource } from '../../support/zip-writer.ts';
import type { ZipSource } from '../../support/zip-writer.ts';

const scratch = useScratchFolder();
let written = 0;

async function zipOf(...sources: ZipSource[]): Promise<string> {
  const file = scratch.path(`${written++}.pt`);
  await writeTorchLikeZip(file, sources);
  return file;
}

/** A checkpoint of one tensor `a` over the given record. */
function pickleOf(options: Partial<Parameters<PickleWriter['tensor']>[0]> = {}): Buffer {
  return new PickleWriter()
    .emptyDict()
    .mark()
    .text('a')
    .tensor({ storageClass: 'FloatStorage', key: '0', storageElements: 6, shape: [2, 3], ...options })
    .setItems()
    .finish();
}
const sixFloats = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const archive = (pickle: Buffer, data: Uint8Array = sixFloats, packed = false) =>
  zipOf(zipSource('archive/data.pkl', pickle), zipSource('archive/data/0', data, packed));

async function valuesOf(file: string): Promise<number[]> {
  const checkpoint = await openCheckpoint(file);
  try {
    return [...(await readValues(checkpoint, 'a'))];
  } finally {
    await checkpoint.close();
  }
}

describe('files written by real PyTorch', () => {
  it.each([
    ['torchscript-clip.pt', '', 'torchscript'],
    ['state-dict-protocol-2.pt', 'state_dict.module.', 'torch-zip'],
    ['state-dict-protocol-5.pth', '', 'torch-zip'],
  ])('%s gives every value back', async (name, prefix, container) => {
    const checkpoint = await openCheckpoint(`${fixturesFolder}/${name}`);
    expect(checkpoint.container).toBe(container);
    for (const key of ['visual.conv1.weight', 'transformer.resblocks.0.mlp.c_proj.weight', 'logit_scale']) {
      const count = checkpoint.tensors.get(`${prefix}${key}`)?.elementCount ?? -1;
      expect(await readValues(checkpoint, `${prefix}${key}`)).toEqual(fixtureValues(key, count));
    }
    // Stored transposed, and one row seen 49,408 times.
    expect(await readValues(checkpoint, `${prefix}visual.proj`)).toEqual(fixtureValues('visual.proj', 32));
    const tokens = await readValues(checkpoint, `${prefix}token_embedding.weight`);
    expect(tokens.length).toBe(49_408 * 8);
    expect(tokens.subarray(8 * 40_000, 8 * 40_001)).toEqual(fixtureValues('token_embedding.weight', 8));
    await checkpoint.close();
  });

  it('TorchScript tells its root class and the numbers in its modules', async () => {
    const checkpoint = await openCheckpoint(`${fixturesFolder}/torchscript-clip.pt`);
    expect(checkpoint.rootClass).toBe('__torch__.multimodal.model.multimodal_transformer.Multimodal');
    expect(checkpoint.numbers.get('visual.transformer.resblocks.0.attn.num_heads')).toBe(2);
    await checkpoint.close();
  });

  it('older than zips are refused with what to do', async () => {
    await expectRefusal(
      openCheckpoint(`${fixturesFolder}/legacy.pth`),
      'unsupported',
      /torch\.save\(torch\.load/,
    );
  });

  it('cut off anywhere are refused', async () => {
    const whole = await readFixture('anomalyclip-prompts.pth');
    for (let length = 0; length < whole.length; length += 7) {
      await expectRefusal(readTorchZip(memoryFile(whole.subarray(0, length))), 'corrupt-file');
    }
  });

  it('with one flipped bit of weights are refused by their checksum', async () => {
    const whole = await readFixture('anomalyclip-prompts.pth');
    const damaged = Buffer.from(whole);
    const at = whole.indexOf(Buffer.from(fixtureValues('ctx_neg', 24).buffer));
    expect(at).toBeGreaterThan(0);
    damaged[at + 9]! ^= 1;
    const checkpoint = await readTorchZip(memoryFile(damaged));
    await expectRefusal(readValues(checkpoint, 'prompt_learner.ctx_neg'), 'corrupt-file', /checksum/);
  });
});

describe('strided tensors', () => {
  it('are read in row-major order whatever their strides', async () => {
    expect(await valuesOf(await archive(pickleOf({ shape: [3, 2], strides: [1, 3] })))).toEqual([
      0, 3, 1, 4, 2, 5,
    ]);
    expect(await valuesOf(await archive(pickleOf({ shape: [2, 2], strides: [0, 2], offset: 1 })))).toEqual([
      1, 3, 1, 3,
    ]);
    expect(await valuesOf(await archive(pickleOf({ shape: [2], strides: [1], offset: 4 })))).toEqual([4, 5]);
    expect(await valuesOf(await archive(pickleOf({ shape: [0, 3] })))).toEqual([]);
    expect(await valuesOf(await archive(pickleOf({ shape: [2, 1, 3], strides: [3, 77, 1] })))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  it.each([
    ['beyond the storage', { shape: [7], strides: [1] }],
    ['beyond the storage by strides', { shape: [2, 3], strides: [4, 1] }],
    ['beyond the storage by offset', { offset: 1 }],
    ['before the storage', { offset: -1 }],
    ['backwards', { shape: [6], strides: [-1], offset: 5 }],
    ['with a negative size', { shape: [-2, -3] }],
    ['with a storage longer than its record', { storageElements: 7, shape: [7], strides: [1] }],
    ['with a storage of impossible length', { storageElements: 2 ** 52, shape: [2 ** 50], strides: [1] }],
    ['with strides that overflow', { shape: [3, 2], strides: [2 ** 52, 1] }],
    ['with too few strides', { shape: [2, 3], strides: [1] }],
    ['in a record that is not there', { key: '1' }],
    ['in a record outside the folder', { key: '../data.pkl' }],
  ])('%s are refused', async (_what, options) => {
    await expectRefusal(openCheckpoint(await archive(pickleOf(options))), 'corrupt-file');
  });

  it('that repeat one value without end are refused', async () => {
    const huge = pickleOf({ shape: [2 ** 31 - 1, 2 ** 20], strides: [0, 0] });
    await expectRefusal(openCheckpoint(await archive(huge)), 'too-large');
  });
});

describe('a hostile zip', () => {
  const good = pickleOf();

  it('with packed weights is refused, however large they claim to be', async () => {
    await expectRefusal(openCheckpoint(await archive(good, sixFloats, true)), 'unsupported', /packed/);
  });

  it('whose pickle is a bomb is refused before it is unpacked', async () => {
    const bomb = await zipOf(zipSource('archive/data.pkl', Buffer.alloc(30 * 1024 * 1024), true));
    await expectRefusal(openCheckpoint(bomb), 'too-large', /far too large/);
    const huge = await zipOf(zipSource('archive/data.pkl', Buffer.alloc(33 * 1024 * 1024)));
    await expectRefusal(openCheckpoint(huge), 'too-large', /far too large/);
  });

  it('whose packed pickle is larger than it says is refused', async () => {
    const file = await zipOf(
      zipSource('archive/data.pkl', good, true),
      zipSource('archive/data/0', sixFloats),
    );
    expect(await valuesOf(file)).toEqual([0, 1, 2, 3, 4, 5]);
    const bytes = await readFile(file);
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt32LE(good.length - 20, central + 24);
    await expectRefusal(readTorchZip(memoryFile(bytes)), 'corrupt-file', /unpacked/);
  });

  it('with overlapping entries is refused', async () => {
    const bytes = await readFile(await archive(good));
    const first = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const second = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), first + 4);
    bytes.writeUInt32LE(bytes.readUInt32LE(first + 42) + 40, second + 42);
    await expectRefusal(readTorchZip(memoryFile(bytes)), 'corrupt-file', /overlaps/);
  });

  it.each([
    ['twice the same name', ['archive/data.pkl', 'archive/data.pkl'], /twice/],
    ['several checkpoints', ['a/data.pkl', 'b/data.pkl'], /several/],
    ['no checkpoint', ['archive/readme.txt'], /no data\.pkl/],
    ['a checkpoint in a deeper folder', ['../../etc/data.pkl'], /no data\.pkl/],
  ])('with %s is refused', async (_what, names, words) => {
    const file = await zipOf(...names.map((name) => zipSource(name, good)));
    await expectRefusal(openCheckpoint(file), ['corrupt-file', 'unsupported'], words);
  });

  it('that is encrypted, split or big-endian is refused', async () => {
    const bytes = await readFile(await archive(good));
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const encrypted = Buffer.from(bytes);
    encrypted[central + 8]! |= 1;
    await expectRefusal(readTorchZip(memoryFile(encrypted)), 'unsupported', /encrypted/);
    const split = Buffer.from(bytes);
    split.writeUInt16LE(3, bytes.length - 22 + 4);
    await expectRefusal(readTorchZip(memoryFile(split)), 'corrupt-file', /split/);
    const big = await zipOf(
      zipSource('a/data.pkl', good),
      zipSource('a/data/0', sixFloats),
      zipSource('a/byteorder', 'big'),
    );
    await expectRefusal(openCheckpoint(big), 'unsupported', /big-endian/);
  });
});

describe('a file that is no checkpoint', () => {
  it.each([
    ['empty', '', 'corrupt-file', /empty/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      'corrupt-file',
      /git lfs pull/,
    ],
    ['a web page', '<!DOCTYPE html><html><body>404</body></html>', 'corrupt-file', /web page/],
    ['text', 'hello there, this is no checkpoint', 'unsupported', /neither/],
    ['some other pickle', Buffer.from('8004952a00', 'hex'), 'unsupported', /older than 1\.6/],
  ] as const)('(%s) is called what it is', async (name, bytes, code, words) => {
    await expectRefusal(
      openCheckpoint(await scratch.write(`${name.replaceAll(' ', '-')}.pt`, bytes)),
      code,
      words,
    );
  });

  it('(missing, a folder, a pipe, a device, a link to itself) is refused at once', async () => {
    await expectRefusal(openCheckpoint(scratch.path('missing.pt')), 'not-found');
    await mkdir(scratch.path('folder.pt'));
    await expectRefusal(openCheckpoint(scratch.path('folder.pt')), 'unreadable');
    await symlink('loop.pt', scratch.path('loop.pt'));
    await expectRefusal(openCheckpoint(scratch.path('loop.pt')), 'unreadable', /leads back/);
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [scratch.path('pipe.pt')]);
      await expectRefusal(openCheckpoint(scratch.path('pipe.pt')), 'unreadable', /regular file/);
      await symlink('/dev/zero', scratch.path('zero.pt'));
      await expectRefusal(openCheckpoint(scratch.path('zero.pt')), 'unreadable', /regular file/);
    }
  });

  it('is told by its content, not by its name: a renamed checkpoint opens', async () => {
    const safetensors = await readFixture('safetensors-package.safetensors');
    const checkpoint = await openCheckpoint(await scratch.write('renamed.pt', safetensors));
    expect(checkpoint.container).toBe('safetensors');
    await checkpoint.close();
  });

  it('opens through a link, as Hugging Face keeps its files', async () => {
    await symlink(`${fixturesFolder}/anomalyclip-prompts.pth`, scratch.path('link.pth'));
    const checkpoint = await openCheckpoint(scratch.path('link.pth'));
    expect(checkpoint.tensors.has('prompt_learner.ctx_pos')).toBe(true);
    await checkpoint.close();
  });
});
