import type { Page } from '@playwright/test';
import {
  replySchema,
  type MethodName,
  type MethodParams,
  type MethodResult,
} from '../../src-shared/contract/methods.ts';
import { socketPath } from '../../src-shared/contract/wire.ts';

/** Asks the host beside the window, so that what the window shows can be held against what is stored. */
export async function askHost<N extends MethodName>(
  page: Page,
  method: N,
  params: MethodParams<N>,
): Promise<MethodResult<N>> {
  const text = await page.evaluate(
    async ({ request, path }) => {
      if (window.workbench) return JSON.stringify(await window.workbench.request(request));
      const socket = new WebSocket(new URL(path, window.location.href.replace(/^http/, 'ws')));
      return await new Promise<string>((resolve, reject) => {
        socket.onopen = () => {
          socket.send(JSON.stringify(request));
        };
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { kind: string; reply?: unknown };
          if (message.kind !== 'reply') return;
          socket.close();
          resolve(JSON.stringify(message.reply));
        };
        socket.onerror = () => {
          reject(new Error('The connection broke.'));
        };
      });
    },
    { request: { id: 1, method, params }, path: socketPath },
  );
  const reply = replySchema.parse(JSON.parse(text));
  if (!reply.ok) throw new Error(`«${method}» failed: ${reply.error.message}`);
  return reply.result as MethodResult<N>;
}
