const keptCharacters = 4096;

/** Listens to what a process writes and gives the end of it, trimmed: what it said last before it died. */
export function keepOutputTail(...streams: readonly (NodeJS.ReadableStream | null)[]): () => string {
  let tail = '';
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-keptCharacters);
    });
  }
  return () => tail.trim();
}
