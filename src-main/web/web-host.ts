import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { requestLimitBytes, socketPath } from '../../src-shared/contract/wire.ts';
import type { Core } from '../core/core.ts';
import { createWindowServer, plain, type WindowServer } from '../serving/window-server.ts';
import { createToken, Guard, type Refusal } from './guard.ts';
import { serveSocket } from './socket-session.ts';

export interface WebHostOptions {
  readonly core: Pick<Core, 'dispatch' | 'subscribe' | 'asset'>;
  readonly rendererFolder: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface WebHost {
  readonly port: number;
  readonly token: string;
  /** The address to open: it carries the token. */
  readonly url: string;
  /** An address that opens once, for the command line of a browser. */
  createTicketUrl(): string;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';

/**
 * Serves window and core on loopback. Throws `in-use` where the port is taken and `unavailable` where the window was
 * not built.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const server = createServer();
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const token = createToken();
  const guard = new Guard({ token, port });
  const windowServer = await createWindowServer({
    core: options.core,
    rendererFolder: options.rendererFolder,
    connect: [`ws://${loopback}:${port}`, `ws://localhost:${port}`],
  }).catch(async (error: unknown) => {
    server.close();
    const message = `The window is not built (${options.rendererFolder} cannot be read). Run "npm run build".`;
    throw new WorkbenchError('unavailable', message, { cause: error });
  });

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: requestLimitBytes,
    perMessageDeflate: false,
    clientTracking: true,
  });
  server.on('request', (request, response) => {
    void answerPage(guard, windowServer, request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    const refusal = refuseSocket(guard, request);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      serveSocket(opened, options.core);
    });
  });

  return {
    port,
    token,
    url: `http://${loopback}:${port}/?token=${token}`,
    createTicketUrl: () => `http://${loopback}:${port}/?token=${guard.createTicket()}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is taken by another program. Choose another with --port, or leave it out.`
          : `The workbench cannot listen on ${loopback}:${port}: ${error.message}`;
      reject(new WorkbenchError('in-use', message, { cause: error }));
    });
    server.listen(port, loopback, () => {
      resolve();
    });
  });
}

function refuseSocket(guard: Guard, request: IncomingMessage): Refusal | null {
  if (request.url !== socketPath) return { status: 400, message: 'There is no WebSocket at this address.' };
  return guard.checkSource(request.headers, 'socket') ?? guard.checkToken(request.headers, null);
}

async function answerPage(
  guard: Guard,
  windowServer: WindowServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  // The query never takes part in finding a file, so it is cut off as text: a parser would also resolve `..`.
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const parameters = new URLSearchParams(query);
  const queryToken = parameters.get('token');
  const refusal = guard.checkSource(request.headers, 'page') ?? guard.checkToken(request.headers, queryToken);
  if (refusal !== null) {
    await send(response, plain(refusal.status, refusal.message), request.method, gone.signal);
    return;
  }
  const answer = await windowServer({
    method: request.method ?? 'GET',
    path,
    ifNoneMatch: request.headers['if-none-match'],
    signal: gone.signal,
  });
  if (queryToken !== null) {
    answer.headers.append('Set-Cookie', guard.cookie());
    // Takes the token out of the address bar and the history. A redirect would do so too, but a browser that came here
    // from another site's link would not send a SameSite=Strict cookie along with it.
    parameters.delete('token');
    const rest = parameters.toString();
    answer.headers.set('Refresh', `0; url=${path}${rest === '' ? '' : `?${rest}`}`);
  }
  await send(response, answer, request.method, gone.signal);
}

/** Sends a response as it comes; a client that goes away, be it before the first byte, ends the reading of the file too. */
async function send(
  response: ServerResponse,
  answer: Response,
  method: string | undefined,
  gone: AbortSignal,
): Promise<void> {
  if (answer.body === null || method === 'HEAD' || gone.aborted) {
    await answer.body?.cancel();
    if (gone.aborted) return;
    response.writeHead(answer.status, [...answer.headers].flat());
    response.end();
    return;
  }
  response.writeHead(answer.status, [...answer.headers].flat());
  try {
    // Leaving the loop cancels the body, which `pipeline` does not where the response was closed before it began.
    for await (const chunk of answer.body) {
      gone.throwIfAborted();
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone });
    }
    response.end();
  } catch {
    // The headers are out: all that is left is to break the connection.
    response.destroy();
  }
}
