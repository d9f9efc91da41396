import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PublishedFile } from '../../../src-shared/domain/catalogue.ts';
import { systemErrorCode } from '../error-report.ts';

/** What a user without network does. `importWords` is the command that imports the file once it is here. */
export function byHandAdvice(url: string, importWords: string): string {
  return `On a machine with a network fetch ${url}, copy the file here, and import it: «${importWords}», or «Import» in the Models view.`;
}

const unreachable: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here: this machine has no network, or the name is blocked',
  EAI_AGAIN: 'its name could not be looked up: this machine has no network',
  ENETUNREACH: 'this machine has no network',
  ENETDOWN: 'this machine has no network',
  EHOSTUNREACH: 'there is no way to it from this machine',
  ECONNREFUSED: 'the connection was refused, by it or by the proxy',
  ETIMEDOUT: 'it did not answer',
  ERR_PROXY_TUNNEL: 'the proxy did not let the connection through',
};

const broken: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** A connection that broke in the middle: what has come is kept. */
export function isBrokenConnection(thrown: unknown): boolean {
  const code = systemErrorCode(thrown);
  return code !== null && (broken.has(code) || code === 'ETIMEDOUT');
}

/** What kept an answer from coming, in words; what is none of the network's errors comes back as the defect it is. */
export function fromNetworkError(thrown: unknown, host: string, advice: string): unknown {
  if (thrown instanceof WorkbenchError) return thrown;
  const cause = { cause: thrown };
  const code = systemErrorCode(thrown) ?? '';
  const reason = unreachable[code];
  if (reason !== undefined)
    return new WorkbenchError('unavailable', `${host} cannot be reached: ${reason}. ${advice}`, cause);
  if (broken.has(code))
    return new WorkbenchError('unavailable', `The connection to ${host} broke. Try again. ${advice}`, cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS/.test(code))
    return new WorkbenchError(
      'unavailable',
      `The certificate of ${host} cannot be trusted (${code}); something between here and there may be reading along, such as a company's proxy. Nothing was fetched. ${advice}`,
      cause,
    );
  return thrown;
}

/** An answer that is not the file. */
export function fromStatus(
  status: number,
  { url }: PublishedFile,
  host: string,
  advice: string,
): WorkbenchError {
  if (status === 404 || status === 410)
    return new WorkbenchError(
      'not-found',
      `${host} no longer has ${url} (status ${status}). Look for it at its publisher, then import the file.`,
    );
  if (status === 401 || status === 403 || status === 451)
    return new WorkbenchError(
      'forbidden',
      `${host} does not give out ${url} from here (status ${status}). ${advice}`,
    );
  return new WorkbenchError(
    'unavailable',
    `${host} answered with status ${status} instead of the file. Try again later. ${advice}`,
  );
}
