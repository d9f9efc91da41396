import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PublishedFile } from '../../../src-shared/domain/catalogue.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { fromSystemError } from '../error-report.ts';
import { fromNetworkError, fromStatus, isBrokenConnection } from './download-errors.ts';
import type { HttpAnswer, HttpTransport } from './https-transport.ts';
import { createPartFile, hashFile, type PartFile, type PartNote } from './part-file.ts';

export interface DownloadOptions {
  readonly file: PublishedFile;
  /** Where the whole, checked file will lie; its folder is there already. */
  readonly target: string;
  readonly transport: HttpTransport;
  readonly signal: AbortSignal;
  /** What to do without network, for messages. */
  readonly advice: string;
  onProgress(doneBytes: number, totalBytes: number | null, message: string): void;
  /** Throws `disk-full` where so much more has no room. */
  checkSpace(neededBytes: number): Promise<void>;
}

const mostRedirects = 5;
/** A connection that breaks is taken up again at once, as long as each brought something. */
const mostConnections = 20;

/**
 * Fetches a published file and checks it: length, and SHA-256 while it comes in. What was fetched before goes on where it
 * stopped, if the server still has the same file. `target` appears last and whole. Throws `unavailable` where there is no
 * network (what has come is kept), `not-found`, `forbidden`, `too-large`, `corrupt-file` (what has come is deleted),
 * `disk-full`.
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { file, target, signal } = options;
  if (await isWhole(options)) return;
  const part = createPartFile(target);
  for (let connection = 1; ; connection++) {
    const before = await resumable(part, options);
    const state = { doneBytes: before?.sizeBytes ?? 0 };
    try {
      const hash = await fetchInto(part, before, state, options);
      signal.throwIfAborted();
      await checkHash(hash, part, file);
      await part.finish();
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      const cameOn = state.doneBytes > (before?.sizeBytes ?? 0);
      if (isBrokenConnection(thrown) && cameOn && connection < mostConnections) continue;
      const host = new URL(file.url).hostname;
      if (isBrokenConnection(thrown) && state.doneBytes > 0)
        throw new WorkbenchError(
          'unavailable',
          `The connection to ${host} broke after ${formatSize(state.doneBytes)}. These are kept: resume, and it goes on from there.`,
          { cause: thrown },
        );
      throw fromSystemError(fromNetworkError(thrown, host, options.advice), part.path);
    }
  }
}

/** A file that is there already and is the right one; a wrong one is removed. */
async function isWhole({ file, target, signal, onProgress }: DownloadOptions): Promise<boolean> {
  const there = await hashFile(target, signal, (bytes) => {
    onProgress(bytes, file.sizeBytes, 'Checking what was fetched before');
  });
  if (there === null) return false;
  if (file.sizeBytes === null || there.sizeBytes === file.sizeBytes) {
    if (hashFits(there.hash.digest('hex'), file)) return true;
  }
  await rm(target, { force: true });
  return false;
}

interface Beginning {
  readonly note: PartNote;
  readonly sizeBytes: number;
  readonly hash: Hash;
}

/** What was fetched before, hashed anew: nothing is believed of it but its bytes. Null where to begin at the first. */
async function resumable(part: PartFile, options: DownloadOptions): Promise<Beginning | null> {
  const { file, signal, onProgress } = options;
  const found = await part.read(file.url);
  if (found === null) return null;
  const { note } = found;
  // Without a mark of the version only a checksum can tell whether two pieces belong together.
  const canTell = note.etag !== null || note.lastModified !== null || file.sha256 !== null;
  const most = note.totalBytes ?? file.sizeBytes ?? file.mostBytes;
  if (!canTell || found.sizeBytes > most) return null;
  const read = await hashFile(part.path, signal, (bytes) => {
    onProgress(bytes, note.totalBytes, 'Checking what was fetched before');
  });
  return read === null ? null : { note, hash: read.hash, sizeBytes: read.sizeBytes };
}

/** Brings the rest into the part and returns the hash over all of it. */
async function fetchInto(
  part: PartFile,
  before: Beginning | null,
  state: { doneBytes: number },
  options: DownloadOptions,
): Promise<Hash> {
  const { file, signal, onProgress } = options;
  // The last byte had come, and the program ended before it could say so.
  if (before !== null && before.sizeBytes === before.note.totalBytes) return before.hash;
  onProgress(state.doneBytes, before?.note.totalBytes ?? file.sizeBytes, 'Asking for the file');
  let answer = await ask(before, options);
  if (answer.status === 206 && before !== null && rangeTotal(answer, before) === null) {
    // Another piece than was asked for: such a server is asked for the whole.
    answer.discard();
    answer = await ask(null, options);
  }
  try {
    const { hash, totalBytes } = await place(part, before, state, answer, options);
    const handle = await part.openAt(state.doneBytes);
    try {
      const most = totalBytes ?? file.mostBytes;
      for await (const chunk of answer.body) {
        signal.throwIfAborted();
        if (state.doneBytes + chunk.length > most) throw await tooLong(part, most, file);
        await writeAll(handle, chunk, state.doneBytes);
        hash.update(chunk);
        state.doneBytes += chunk.length;
        onProgress(state.doneBytes, totalBytes, '');
      }
    } finally {
      await handle.close();
    }
    if (totalBytes !== null && state.doneBytes < totalBytes)
      throw Object.assign(new Error('The body ended early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
    return hash;
  } finally {
    answer.discard();
  }
}

async function writeAll(
  handle: Awaited<ReturnType<PartFile['openAt']>>,
  chunk: Uint8Array,
  position: number,
): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

/** Decides whether the answer goes on with the part or begins anew, and makes room for it. */
async function place(
  part: PartFile,
  before: Beginning | null,
  state: { doneBytes: number },
  answer: HttpAnswer,
  { file, checkSpace }: DownloadOptions,
): Promise<{ hash: Hash; totalBytes: number | null }> {
  const goesOn = answer.status === 206 && before !== null;
  const totalBytes = goesOn ? rangeTotal(answer, before) : wholeLength(answer);
  await checkLength(part, totalBytes, file);
  if (goesOn) {
    await checkSpace(Math.max(0, (totalBytes ?? file.mostBytes) - before.sizeBytes));
    return { hash: before.hash, totalBytes };
  }
  await checkSpace(totalBytes ?? file.sizeBytes ?? 0);
  const { etag } = answer.headers;
  await part.begin({
    url: file.url,
    etag: etag === undefined || etag.startsWith('W/') ? null : etag,
    lastModified: answer.headers['last-modified'] ?? null,
    totalBytes,
  });
  state.doneBytes = 0;
  return { hash: createHash('sha256'), totalBytes };
}

function wholeLength({ headers }: HttpAnswer): number | null {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

/** Total of `Content-Range: bytes FIRST-LAST/TOTAL`; null where it is not the piece from the part's end on of the same file. */
function rangeTotal({ headers }: HttpAnswer, before: Beginning): number | null {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '');
  if (range === null) return null;
  const [first, total] = [Number(range[1]), Number(range[3])];
  const isSame = before.note.totalBytes === null || before.note.totalBytes === total;
  return first === before.sizeBytes && isSame ? total : null;
}

async function checkLength(part: PartFile, totalBytes: number | null, file: PublishedFile): Promise<void> {
  if (totalBytes === null) return;
  if (file.sizeBytes !== null && totalBytes !== file.sizeBytes) {
    await part.remove();
    throw new WorkbenchError(
      'corrupt-file',
      `${file.url} is ${totalBytes} bytes long where ${file.sizeBytes} are expected: it is not the file that was published. Nothing was kept.`,
    );
  }
  if (totalBytes > file.mostBytes) throw await tooLong(part, file.mostBytes, file);
}

async function tooLong(part: PartFile, most: number, file: PublishedFile): Promise<WorkbenchError> {
  await part.remove();
  return new WorkbenchError(
    'too-large',
    `${file.url} is longer than the ${formatSize(most)} that it may have: it is not the file that was published. Nothing was kept.`,
  );
}

async function checkHash(hash: Hash, part: PartFile, file: PublishedFile): Promise<void> {
  const sha256 = hash.digest('hex');
  if (hashFits(sha256, file)) return;
  await part.remove();
  throw new WorkbenchError(
    'corrupt-file',
    `What came from ${file.url} is not the file that was published: its SHA-256 is ${sha256}, expected is ${file.sha256 ?? `${file.sha256Prefix ?? ''}…`}. It was deleted. Try again; if that gives the same, do not use it.`,
  );
}

function hashFits(sha256: string, file: PublishedFile): boolean {
  if (file.sha256 !== null) return sha256 === file.sha256;
  return file.sha256Prefix === null || sha256.startsWith(file.sha256Prefix);
}

/** Asks for the file, or its rest, and follows redirects to the publisher's own hosts. */
async function ask(before: Beginning | null, options: DownloadOptions): Promise<HttpAnswer> {
  const { file, transport, signal, advice } = options;
  const mark = before?.note.etag ?? before?.note.lastModified ?? null;
  const headers: Record<string, string> = {
    // A packed body would have another length and another checksum.
    'accept-encoding': 'identity',
    'user-agent': 'anomaly-workbench',
    ...(before === null ? {} : { range: `bytes=${before.sizeBytes}-` }),
    ...(before === null || mark === null ? {} : { 'if-range': mark }),
  };
  let url = new URL(file.url);
  for (let redirects = 0; ; redirects++) {
    const answer = await transport(url, headers, signal);
    if (answer.status === 200 || (answer.status === 206 && before !== null)) {
      const packed = answer.headers['content-encoding'];
      if (packed === undefined || packed === 'identity') return answer;
    }
    answer.discard();
    // The part is longer than what the server has by now: begin anew.
    if (answer.status === 416 && before !== null) return await ask(null, options);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined)
      throw fromStatus(answer.status, file, url.hostname, advice);
    url = checkRedirect(location, url, file, redirects);
  }
}

function checkRedirect(location: string, from: URL, file: PublishedFile, redirects: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  const { port } = new URL(file.url);
  const isAllowed =
    to?.protocol === 'https:' &&
    to.username === '' &&
    to.password === '' &&
    to.port === port &&
    [new URL(file.url).hostname, ...file.redirectHosts].some((host) =>
      host.startsWith('*.') ? to.hostname.endsWith(host.slice(1)) : to.hostname === host,
    );
  if (to === null || !isAllowed)
    throw new WorkbenchError(
      'forbidden',
      `${from.hostname} sends the download on to ${to === null ? location : `${to.protocol}//${to.host}`}, which does not belong to the publisher as the catalogue knows it. Nothing was fetched from there.`,
    );
  if (redirects >= mostRedirects)
    throw new WorkbenchError('unavailable', `${from.hostname} sends the download round in circles.`);
  return to;
}
