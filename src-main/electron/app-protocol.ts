// What lives here: the Electron host: window, menu, dialogs, preload, IPC, protocol, utility process. The only importer of 'electron'.
// What may not: anything that another host needs too, and any decision about data.
import { appHost, appOrigin } from '../../src-shared/contract/ipc-channels.ts';
import { plain, type WindowServer } from '../serving/window-server.ts';

/** Whether an address is the window's own: `workbench://app/…`. */
export function isAppAddress(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`);
}

/** Nothing is ever fetched from a network; developer tools load their own pages. */
export function isAllowedRequest(url: string): boolean {
  return isAppAddress(url) || ['blob:', 'data:', 'devtools:'].some((scheme) => url.startsWith(scheme));
}

/** The one permission that the window uses: writing words to the clipboard, which needs a press of the user's. */
export function isAllowedPermission(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/** Answers `workbench://app/…`; any other host name is not found. */
export async function answerAppRequest(windowServer: WindowServer, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.host !== appHost) return plain(404, 'There is nothing at this address.');
  return await windowServer({
    method: request.method,
    path: url.pathname,
    ifNoneMatch: request.headers.get('if-none-match') ?? undefined,
  });
}
