import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { corrupt, openCheckpointFile } from './checkpoint-file.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { readSafetensors, safetensorsHeaderBytes } from './open-safetensors.ts';
import { readTorchZip } from './open-torch-zip.ts';

/** What the first bytes of a file that is neither safetensors nor a torch zip say about it. */
function explainOtherFile(path: string, start: Buffer, wanted: string): WorkbenchError {
  const text = start.toString('latin1');
  if (text.startsWith('version https://git-lfs')) {
    return new WorkbenchError(
      'corrupt-file',
      `${path}: only a Git LFS pointer, the weights themselves were never downloaded. Run «git lfs pull» where it came from.`,
    );
  }
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) {
    return new WorkbenchError(
      'corrupt-file',
      `${path}: a web page, not a checkpoint. Download the file again.`,
    );
  }
  if (start[0] === 0x80 || text.slice(257, 262) === 'ustar') {
    return new WorkbenchError(
      'unsupported',
      `${path}: written by a PyTorch older than 1.6, or another pickle. Load it in Python and save it anew ` +
        '(torch.save(torch.load(old), new)), or convert it to safetensors.',
    );
  }
  return new WorkbenchError(
    'unsupported',
    `${path}: neither safetensors nor a PyTorch zip. Choose a .pt, .pth, .bin or .safetensors file of ${wanted}.`,
  );
}

async function readAny(file: CheckpointFile, wanted: string): Promise<Checkpoint> {
  if (file.sizeBytes === 0) throw corrupt(file.path, 'the file is empty.');
  const start = await file.read(0, Math.min(512, file.sizeBytes));
  // What a file is called says nothing: its first bytes decide.
  if (start.length >= 4 && start.readUInt32LE(0) === 0x04034b50) return readTorchZip(file);
  if ((await safetensorsHeaderBytes(file)) !== null) return readSafetensors(file);
  throw explainOtherFile(file.path, start, wanted);
}

/**
 * Opens a weight file of any supported container and checks its table of contents; no tensor is read yet. `wanted`
 * says in messages what the file should hold. Errors:
 * `not-found`, `unreadable`, `unsupported`, `corrupt-file`, `too-large`. Close the checkpoint after use.
 */
export async function openCheckpoint(path: string, wanted = 'CLIP weights'): Promise<Checkpoint> {
  const file = await openCheckpointFile(path);
  try {
    return await readAny(file, wanted);
  } catch (error) {
    await file.close();
    throw error;
  }
}
