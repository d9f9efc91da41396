import type { Page, WebSocketRoute } from '@playwright/test';
import { z } from 'zod';
import { socketPath } from '../../src-shared/contract/wire.ts';

/** The window's connection in a test's hands. */
export interface LineToHost {
  /** Answers to these methods never come, from now on. */
  hold(...methods: readonly string[]): void;
  /** Breaks the connection, and every new one. */
  cut(): Promise<void>;
  /** Everything goes through again; what was held stays unanswered until the page is loaded anew. */
  mend(): void;
}

const requestSchema = z.object({ id: z.number(), method: z.string() });
const replySchema = z.object({ kind: z.literal('reply'), reply: z.object({ id: z.number() }) });

/** Stands between page and host; the page is loaded anew, so that its connection goes through it. */
export async function tapLine(page: Page): Promise<LineToHost> {
  let held: ReadonlySet<string> = new Set();
  let isCut = false;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(
    (url) => url.pathname === socketPath,
    async (route) => {
      if (isCut) {
        await route.close();
        return;
      }
      open.add(route);
      const host = route.connectToServer();
      const unanswered = new Set<number>();
      route.onMessage((message) => {
        const request = parse(requestSchema, message);
        if (request !== null && held.has(request.method)) unanswered.add(request.id);
        host.send(message);
      });
      host.onMessage((message) => {
        const reply = parse(replySchema, message);
        if (reply === null || !unanswered.has(reply.reply.id)) route.send(message);
      });
    },
  );
  await page.reload();
  return {
    hold: (...methods) => {
      held = new Set(methods);
    },
    cut: async () => {
      isCut = true;
      for (const route of open) await route.close();
      open.clear();
    },
    mend: () => {
      isCut = false;
      held = new Set();
    },
  };
}

function parse<T>(schema: z.ZodType<T>, message: string | Buffer): T | null {
  const parsed = schema.safeParse(JSON.parse(message.toString()));
  return parsed.success ? parsed.data : null;
}
