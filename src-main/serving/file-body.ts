import { open } from 'node:fs/promises';

const chunkBytes = 256 * 1024;

export interface FileBody {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** At most so many bytes come, though the file may grow meanwhile. */
  readonly sizeBytes: number;
}

/**
 * A file as the body of an answer, read as far as it is asked for. The file is closed at its end, at an error, and when the
 * body is cancelled; whoever opens one does one or the other. Rejects as `open` does.
 */
export async function openFileBody(filePath: string): Promise<FileBody> {
  const handle = await open(filePath, 'r');
  let sizeBytes: number;
  try {
    sizeBytes = (await handle.stat()).size;
  } catch (error) {
    await handle.close();
    throw error;
  }
  let position = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        try {
          const wanted = Math.min(chunkBytes, sizeBytes - position);
          const { bytesRead, buffer } = await handle.read(new Uint8Array(wanted), 0, wanted, position);
          position += bytesRead;
          if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
          if (bytesRead > 0 && position < sizeBytes) return;
        } catch (error) {
          await handle.close();
          throw error;
        }
        await handle.close();
        controller.close();
      },
      cancel: () => handle.close(),
    },
    // Nothing is read before it is asked for: the answer to HEAD reads nothing.
    { highWaterMark: 0 },
  );
  return { body, sizeBytes };
}
