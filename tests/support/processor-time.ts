// What work cost this process's processor, for tests that a hostile input keeps nobody busy: other work on the machine does not
// count. How fast something is belongs into tests/bench.

/** Milliseconds of processor time that this process spent, all its threads together. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Resolves with the processor time that `work` took, in ms. Rejects as `work` does. */
export async function processorMsOf(work: () => unknown): Promise<number> {
  const startMs = processorMs();
  await work();
  return processorMs() - startMs;
}
