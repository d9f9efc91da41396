// What lives here: fetching published checkpoints, the only place of the product that reaches beyond this machine.
// What may not: anything that fetches without having been asked to by name, or sends more than a plain GET.
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, get, type AgentOptions } from 'node:https';

/** An answer whose body is still to come. Iterating the body rejects where the connection breaks. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection; for bodies that nobody reads. */
  discard(): void;
}

/** One GET, redirects not followed. Rejects with the system's error where no answer comes. */
export type HttpTransport = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<HttpAnswer>;

export interface HttpsTransportOptions {
  /** For tests: other certificates and names. */
  readonly agent?: AgentOptions;
  /** Silence that ends a connection, while connecting and between two pieces of the body. */
  readonly idleMs?: number;
}

/** HTTPS by Node's own client, with the certificates that Node knows and the proxy that `HTTPS_PROXY` and `NO_PROXY` name. */
export function createHttpsTransport({ agent, idleMs = 30_000 }: HttpsTransportOptions = {}): HttpTransport {
  return (url, headers, signal) =>
    new Promise((resolve, reject) => {
      // One connection a download: nothing stays open that could be used for something else.
      const own = new Agent({ keepAlive: false, proxyEnv: process.env, ...agent });
      const request = get(url, { agent: own, headers, signal, timeout: idleMs }, (response) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: response,
          discard: () => response.destroy(),
        });
      });
      request.on('timeout', () => {
        request.destroy(
          Object.assign(new Error(`${url.hostname} was silent for ${idleMs / 1000} s`), {
            code: 'ETIMEDOUT',
          }),
        );
      });
      request.on('error', reject);
    });
}
