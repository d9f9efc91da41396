import { once } from 'node:events';
import { crc32, createDeflate } from 'node:zlib';

export interface GreyPng {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  /** Latin-1 words by keyword, as tEXt chunks. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Takes the next bytes of a file; resolves when it is ready for more. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Filter «Up» (PNG §9.2): the difference to the row above, which in smooth maps is next to nothing. */
const up = 2;
const none = 0;

/**
 * Writes a grey PNG (ISO/IEC 15948) row by row, so that no image is held as a whole: `blocks` bring all rows from the
 * top, 8-bit samples or 16-bit ones in big-endian order.
 */
export async function writeGreyPng(
  sink: ByteSink,
  { width, height, bitDepth, texts = {} }: GreyPng,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const rowBytes = width * (bitDepth / 8);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  await sink(Buffer.concat([signature, chunk('IHDR', header)]));
  for (const [keyword, words] of Object.entries(texts))
    await sink(chunk('tEXt', Buffer.from(`${keyword}\0${words}`, 'latin1')));

  // Low bytes of 16-bit maps are next to noise: more effort takes several times as long and saves one part in a hundred.
  const deflate = createDeflate({ level: bitDepth === 16 ? 1 : 6 });
  const written = (async () => {
    for await (const bytes of deflate as AsyncIterable<Buffer>) await sink(chunk('IDAT', bytes));
  })();
  // Whoever waits for room in a stream that failed would wait for ever.
  const broken = new AbortController();
  written.catch((thrown: unknown) => {
    broken.abort(thrown);
    deflate.destroy();
  });
  try {
    let above: Uint8Array = new Uint8Array(rowBytes);
    let isFirst = true;
    for await (const block of blocks) {
      if (block.length % rowBytes !== 0) throw new RangeError(`${block.length} bytes are no whole rows`);
      const filtered = Buffer.alloc((block.length / rowBytes) * (rowBytes + 1));
      let at = 0;
      for (let row = 0; row < block.length; row += rowBytes) {
        filtered[at++] = isFirst ? none : up;
        for (let i = 0; i < rowBytes; i++) {
          const value = block[row + i] as number;
          filtered[at++] = isFirst ? value : value - (above[i] as number);
        }
        above = block.subarray(row, row + rowBytes);
        isFirst = false;
      }
      // The next block may reuse its memory.
      above = above.slice();
      broken.signal.throwIfAborted();
      if (!deflate.write(filtered)) await once(deflate, 'drain', { signal: broken.signal });
    }
    deflate.end();
    await written;
  } finally {
    deflate.destroy();
    await written.catch(() => undefined);
  }
  await sink(chunk('IEND', Buffer.alloc(0)));
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), framed.length - 4);
  return framed;
}
