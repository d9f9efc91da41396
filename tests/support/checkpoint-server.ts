import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pemFile } from './test-transport.ts';
import type { CatalogueEntry, PublishedFile } from '../../src-shared/domain/catalogue.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface CheckpointServer {
  readonly port: number;
  /** `Host path range` of every request so far. */
  readonly requests: string[];
  url(path?: string): string;
  /** Answers the next requests, one each; then it serves the file again. */
  next(...answers: readonly Answer[]): void;
  /** Promises the whole file and sends its beginning; the connection breaks when `arrived` says that all of it is there. */
  nextCut(sentBytes: number, etag?: string | null): void;
  arrived(doneBytes: number): void;
  serve(bytes: Buffer, etag?: string | null): void;
  stop(): Promise<void>;
}

/** Stop it after use. An HTTPS server on this machine that serves one file at every path, with ranges and an entity tag, or what a test says. */
export async function createCheckpointServer(bytes: Buffer): Promise<CheckpointServer> {
  let file = bytes;
  let tag: string | null = '"one"';
  let held: { readonly sentBytes: number; readonly response: ServerResponse } | null = null;
  const queued: Answer[] = [];
  const requests: string[] = [];
  const pem = readFileSync(pemFile);
  const server = createServer({ key: pem, cert: pem }, (request, response) => {
    requests.push(`${request.headers.host?.split(':')[0]} ${request.url} ${request.headers.range ?? '-'}`);
    const answer = queued.shift();
    if (answer === undefined) serveFile(request, response, file, tag);
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => {
        resolve();
      });
    });
  return {
    port,
    requests,
    url: (path = '/weights.pt') => `https://models.test:${port}${path}`,
    next: (...answers) => queued.push(...answers),
    nextCut: (sentBytes, etag = '"one"') =>
      queued.push((_request, response) => {
        response.writeHead(200, { 'content-length': file.length, ...(etag === null ? {} : { etag }) });
        response.write(file.subarray(0, sentBytes));
        held = { sentBytes, response };
      }),
    arrived(doneBytes) {
      if (held === null || doneBytes < held.sentBytes) return;
      held.response.destroy();
      held = null;
    },
    serve(other, etag = '"one"') {
      file = other;
      tag = etag;
    },
    stop,
  };
}

function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
  tag: string | null,
): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const ifRange = request.headers['if-range'];
  if (tag !== null) response.setHeader('etag', tag);
  response.setHeader('accept-ranges', 'bytes');
  if (range === null || (ifRange !== undefined && ifRange !== tag)) {
    response.writeHead(200, { 'content-length': file.length });
    response.end(file);
    return;
  }
  const first = Number(range[1]);
  if (first >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` });
    response.end();
    return;
  }
  response.writeHead(206, {
    'content-length': file.length - first,
    'content-range': `bytes ${first}-${file.length - 1}/${file.length}`,
  });
  response.end(file.subarray(first));
}

/** Deterministic bytes that look like weights to nobody. */
export function someBytes(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed;
  for (let k = 0; k < sizeBytes; k++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[k] = state >>> 24;
  }
  return bytes;
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A published file as the server has it; `changes` are what the catalogue says otherwise. */
export function publishedFile(
  server: Pick<CheckpointServer, 'url'>,
  bytes: Buffer,
  changes: Partial<PublishedFile> = {},
): PublishedFile {
  return {
    name: 'weights.pt',
    url: server.url(),
    sizeBytes: bytes.length,
    mostBytes: bytes.length,
    sha256: sha256Of(bytes),
    sha256Prefix: null,
    checkedBy: 'The test.',
    redirectHosts: ['cdn.models.test'],
    ...changes,
  };
}

export function catalogueEntry(
  file: PublishedFile | null,
  changes: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  return {
    id: 'tiny',
    kind: 'model',
    name: 'Tiny',
    publisher: 'Nobody',
    homepage: 'https://models.test',
    licence: 'None',
    goodFor: 'Nothing.',
    file,
    byHand: file === null ? 'Fetch it with a browser.' : null,
    answers: {},
    diskBytes: null,
    memoryBytes: null,
    methodIds: [],
    modelIds: [],
    ...changes,
  };
}
