import type { Page } from '@playwright/test';
import type { Request } from '../../src-shared/contract/methods.ts';
import { socketPath } from '../../src-shared/contract/wire.ts';

/** Asks the host what the window shows only in part, through a connection of its own; throws what it says where it fails. */
export async function askHost(page: Page, method: Request['method'], params: unknown): Promise<unknown> {
  const text = await page.evaluate(
    async ({ method, params, socketPath }) => {
      const request = { id: 1, method, params };
      if (window.workbench) return JSON.stringify(await window.workbench.request(request));
      const socket = new WebSocket(new URL(socketPath, window.location.href.replace(/^http/, 'ws')));
      return await new Promise<string>((resolve, reject) => {
        socket.onopen = () => {
          socket.send(JSON.stringify(request));
        };
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { kind: string; reply?: unknown };
          if (message.kind !== 'reply') return;
          resolve(JSON.stringify(message.reply));
          socket.close();
        };
        socket.onerror = () => {
          reject(new Error('The connection broke.'));
        };
      });
    },
    { method, params, socketPath },
  );
  const reply = JSON.parse(text) as { ok: boolean; result?: unknown };
  if (!reply.ok) throw new Error(`«${method}» failed: ${text}`);
  return reply.result;
}
