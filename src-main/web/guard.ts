// What lives here: the web host: the contract over HTTP and WebSocket on loopback, for a browser on the same machine.
// What may not: anything the other hosts need too (that is core's), ONNX Runtime, SQLite, electron.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** 256 random bits, safe in an address. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

export interface GuardOptions {
  readonly token: string;
  readonly port: number;
}

export interface Refusal {
  readonly status: 400 | 401 | 403;
  /** Shown to whoever asked; says what to do. */
  readonly message: string;
}

/**
 * Decides who may talk to the web host. Three questions, each on its own enough to refuse:
 * is the Host one of ours (DNS rebinding), is the Origin ours (other sites' scripts), is the token right (other users
 * and programs of this machine).
 */
export class Guard {
  readonly #tokenDigest: Buffer;
  readonly #token: string;
  readonly #hosts: ReadonlySet<string>;
  /** Digests of tickets that were not used yet. */
  readonly #tickets = new Set<string>();
  /** Cookies ignore ports, so each host on this machine has its own name. */
  readonly cookieName: string;

  constructor({ token, port }: GuardOptions) {
    this.#token = token;
    this.#tokenDigest = digest(token);
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
    this.cookieName = `workbench-token-${port}`;
  }

  /** Refuses a wrong Host always and a wrong Origin where one was sent; a WebSocket must send one. */
  checkSource(headers: IncomingHttpHeaders, kind: 'page' | 'socket'): Refusal | null {
    const host = headers.host;
    if (host === undefined || !this.#hosts.has(host))
      return { status: 403, message: 'This address is not one the workbench answers to.' };
    const origin = headers.origin;
    if (origin === undefined)
      return kind === 'page' ? null : { status: 403, message: 'A WebSocket must say which page opened it.' };
    if (origin !== `http://${host}`)
      return { status: 403, message: 'Another site may not use the workbench.' };
    return null;
  }

  /** Takes the token from the cookie; `queryToken` is the one in the printed address, null where there is none. */
  checkToken(headers: IncomingHttpHeaders, queryToken: string | null): Refusal | null {
    if (queryToken !== null && (this.#matches(queryToken) || this.#useTicket(queryToken))) return null;
    const cookie = readCookie(headers.cookie, this.cookieName);
    if (cookie !== null && this.#matches(cookie)) return null;
    return {
      status: 401,
      message:
        'This page needs the address that "npm start" or "anomaly-workbench serve" printed: it carries a key that changes at every start.',
    };
  }

  /**
   * A token for one use. The address that a browser is started with can be read by every user of this machine in the
   * list of processes; what stands there must be worth nothing a moment later.
   */
  createTicket(): string {
    const ticket = createToken();
    this.#tickets.add(digest(ticket).toString('hex'));
    return ticket;
  }

  /** Session cookie for the page that came with the right token. */
  cookie(): string {
    return `${this.cookieName}=${this.#token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  #useTicket(candidate: string): boolean {
    return this.#tickets.delete(digest(candidate).toString('hex'));
  }

  /** In constant time, whatever the length of what was sent. */
  #matches(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), this.#tokenDigest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}
