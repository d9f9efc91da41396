import type { ComputeUse, ProviderId } from '../../src-shared/domain/compute-settings.ts';
import { say } from '../texts/say.ts';

const titles: Readonly<Record<ProviderId, string>> = {
  cpu: say('Processor'),
  cuda: say('NVIDIA graphics card (CUDA)'),
  tensorrt: say('NVIDIA graphics card (TensorRT)'),
  dml: say('Graphics card through DirectML'),
  coreml: say('Apple’s graphics and neural engine (Core ML)'),
  webgpu: say('Graphics card through WebGPU'),
};

export function providerTitle(provider: ProviderId): string {
  return titles[provider];
}

/** `Processor, 2 threads`, `Graphics card through WebGPU`. */
export function describeComputeUse({ provider, threads }: Pick<ComputeUse, 'provider' | 'threads'>): string {
  return provider === 'cpu'
    ? say('Processor, {threads, plural, one {# thread} other {# threads}}', { threads })
    : titles[provider];
}

/** One sentence for each provider that was wanted and could not be used. */
export function describeFallBacks({ provider, failures }: ComputeUse): string[] {
  return failures.map((failure) =>
    say('{wanted} could not be used; instead: {used}. ONNX Runtime says: {reason}', {
      wanted: titles[failure.provider],
      used: titles[provider],
      reason: shortened(failure.message),
    }),
  );
}

/** Of a native message the part that says what is the matter: before it stand places in source files and conditions. */
export function shortened(message: string): string {
  const line = message.trim().split('\n').at(-1) ?? '';
  const telling = line
    .replace(/^.*\bwas false\.\s*/, '')
    .replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '');
  return telling.length <= 200 ? telling : `…${telling.slice(-200)}`;
}
