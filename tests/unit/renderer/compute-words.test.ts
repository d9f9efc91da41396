import { describe, expect, it } from 'vitest';
import {
  describeComputeUse,
  describeFallBacks,
  shortened,
} from '../../../src-renderer/state/compute-words.ts';

describe('what computed a run', () => {
  it('is said with its threads where it was the processor', () => {
    expect(describeComputeUse({ provider: 'cpu', threads: 1 })).toBe('Processor, 1 thread');
    expect(describeComputeUse({ provider: 'webgpu', threads: 2 })).toBe('Graphics card through WebGPU');
  });

  it('names what was wanted instead, with the end of ONNX Runtime’s words', () => {
    const message =
      '/src/webgpu_context.cc:136 Initialize() adapter_result.status == Success was false. Failed to get a WebGPU adapter';
    expect(
      describeFallBacks({ provider: 'cpu', threads: 2, failures: [{ provider: 'webgpu', message }] }),
    ).toEqual([
      'Graphics card through WebGPU could not be used; instead: Processor. ONNX Runtime says: Failed to get a WebGPU adapter',
    ]);
    expect(shortened('x'.repeat(300))).toHaveLength(201);
    expect(shortened('a\n[ONNXRuntimeError] : 1 : FAIL : no library')).toBe('no library');
  });
});
