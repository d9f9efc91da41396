import { env, listSupportedBackends } from 'onnxruntime-node';
import type { ComputeResult } from '../protocol.ts';

/** Versions and execution providers of this process, for `doctor`. */
export function readRuntimeInfo(): ComputeResult<'runtime.info'> {
  return {
    onnxRuntimeVersion: env.versions.node ?? env.versions.common,
    executionProviders: listSupportedBackends().map(({ name }) => name),
    nodeVersion: process.versions.node,
  };
}
