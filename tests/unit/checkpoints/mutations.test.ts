import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Checkpoint } from '../../../src-main/compute/checkpoints/checkpoint.ts';
import type { CheckpointFile } from '../../../src-main/compute/checkpoints/checkpoint-file.ts';
import { readSafetensors } from '../../../src-main/compute/checkpoints/open-safetensors.ts';
import { readTorchZip } from '../../../src-main/compute/checkpoints/open-torch-zip.ts';
import { readClipTensors } from '../../../src-main/compute/clip/clip-tensors.ts';
import { readClipSizes } from '../../../src-main/compute/clip/read-clip-sizes.ts';
import { mulberry32 } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { memoryFile, readFixture } from '../../support/checkpoint-scratch.ts';

/** Damages a copy in one to four places: flipped bits, set bytes, extreme numbers, removed, repeated or foreign pieces. */
function mutate(original: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(original);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(bytes.length - 8);
    switch (below(7)) {
      case 0:
        bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        bytes[at] = below(256);
        break;
      case 2:
        bytes.writeUInt32LE([0, 1, 0x7fffffff, 0x80000000, 0xffffffff][below(5)]!, at);
        break;
      case 3:
        bytes.writeBigUInt64LE([0n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n][below(4)]!, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(200))]);
        break;
      case 5:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(at - below(at + 1), at),
          bytes.subarray(at),
        ]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), original.subarray(below(original.length))]);
    }
    if (bytes.length < 16) return bytes;
  }
  return bytes;
}

/** Opens a damaged file, reads all of it and understands it where it is a CLIP. True where the damage was refused; any error but ours escapes and fails the test. */
async function isRefused(
  open: (file: CheckpointFile) => Promise<Checkpoint>,
  bytes: Buffer,
  isClip: boolean,
): Promise<boolean> {
  try {
    const checkpoint = await open(memoryFile(bytes));
    for (const tensor of checkpoint.tensors.values()) {
      let count = 0;
      for await (const chunk of tensor.readChunks()) count += chunk.length;
      expect(count).toBeLessThan(2 ** 24);
    }
    if (isClip) readClipSizes(checkpoint.path, readClipTensors(checkpoint));
    return false;
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    expect(error.message.length).toBeLessThan(2000);
    return true;
  }
}

describe('thousands of damaged files', () => {
  it.each([
    ['anomalyclip-prompts.pth', readTorchZip, 1500, false],
    ['state-dict-protocol-5.pth', readTorchZip, 600, true],
    ['torchscript-clip.pt', readTorchZip, 600, true],
    ['safetensors-package.safetensors', readSafetensors, 1500, false],
  ] as const)(
    'made from %s are read or refused, and nothing else happens',
    async (name, open, count, isClip) => {
      const original = await readFixture(name);
      const random = mulberry32(20_261_122);
      let refused = 0;
      for (let i = 0; i < count; i++) if (await isRefused(open, mutate(original, random), isClip)) refused++;
      expect(refused).toBeGreaterThan(count / 2);
    },
  );

  it('whose pickle alone is damaged, its checksum left out, are read or refused', async () => {
    const original = await readFixture('anomalyclip-prompts.pth');
    // Without checksums (as torch.save writes on request) the pickle machine itself meets the damage.
    for (let at = 0; (at = original.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), at)) >= 0; at += 4)
      original.writeUInt32LE(0, at + 16);
    const start = original.indexOf(Buffer.from([0x80, 2, 0x7d]));
    const end = start + 821;
    const random = mulberry32(7);
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const bytes = Buffer.from(original);
      for (let n = 0; n < 1 + random() * 3; n++)
        bytes[start + Math.floor(random() * (end - start))] = random() * 256;
      if (await isRefused(readTorchZip, bytes, false)) refused++;
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
