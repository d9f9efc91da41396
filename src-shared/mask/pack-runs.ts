import { WorkbenchError } from '../contract/errors.ts';

/**
 * Run lengths as bytes: each as a base-128 number, lowest seven bits first, the top bit set on all bytes but a number's
 * last (LEB128). Masks of a few regions take some hundred bytes.
 */
export function packRuns(runs: Uint32Array): Uint8Array {
  const bytes: number[] = [];
  for (const run of runs) {
    let rest = run;
    while (rest > 0x7f) {
      bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

/** The run lengths that were packed. Throws `corrupt-file` for bytes that are none. */
export function unpackRuns(bytes: Uint8Array): Uint32Array {
  const runs: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    if (value > 0xffffffff) throw damaged();
    if (byte < 0x80) {
      runs.push(value);
      value = 0;
      scale = 1;
    } else scale *= 128;
  }
  if (scale !== 1) throw damaged();
  return Uint32Array.from(runs);
}

function damaged(): WorkbenchError {
  return new WorkbenchError('corrupt-file', 'A stored mask is damaged. Import its data set again.');
}
