import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openWebPage, startWebProcess, type WebProcess } from './hosts.ts';
import { DataPage } from './pages/data-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';
import { waitUntilPlaceIsSaved } from './wait-until-saved.ts';

interface Reviewing {
  readonly host: WebProcess;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly review: ReviewPage;
  /** Starts the host on the same data folder again. */
  again(): Promise<WebProcess>;
}

/** Eight images under review in a browser that outlives host and page; everything ends with the work. */
async function whileReviewing(
  browser: { newContext(): Promise<BrowserContext> },
  imageFolder: string,
  work: (reviewing: Reviewing) => Promise<void>,
): Promise<void> {
  await makeMvtecClass(imageFolder, { className: 'felt', goodCount: 4, scratchedCount: 4 });
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'workbench-e2e-'));
  const hosts: WebProcess[] = [];
  const start = async () => {
    const host = await startWebProcess(dataFolder);
    hosts.push(host);
    return host;
  };
  const context = await browser.newContext();
  try {
    const host = await start();
    const page = await openWebPage(context, host.url);
    const data = new DataPage(page);
    const review = new ReviewPage(page);
    await data.importFolder(imageFolder);
    await data.startRun();
    await review.waitForEnd();
    await review.goToWorst(8);
    await expect(review.left).toHaveText('8 without a verdict');
    // The hosts below are killed, and the next window is to open here.
    await waitUntilPlaceIsSaved(page);
    await work({ host, context, page, review, again: start });
  } finally {
    await context.close();
    for (const host of hosts) await host.stop('close');
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function waitingInBrowser(page: Page): Promise<number> {
  return page.evaluate(
    () => Object.keys(localStorage).filter((key) => key.startsWith('workbench.unsaved-decisions')).length,
  );
}

test.beforeEach(({ hostKind }) => {
  test.skip(hostKind === 'electron', 'There window and host are one program, and end together.');
});

test('verdicts given while the host is dead are stored by the next window, though theirs was closed', async ({
  browserOfAll,
}, testInfo) => {
  await whileReviewing(
    browserOfAll!,
    testInfo.outputPath('images'),
    async ({ host, context, page, review, again }) => {
      await host.stop('kill');
      await expect(page.getByText(/connection to the workbench is lost/)).toBeVisible();
      await page.keyboard.press('d');
      await page.keyboard.press('u');
      await expect(review.left).toHaveText('6 without a verdict');
      await expect(page.getByText(/2 decisions wait and are stored then/)).toBeVisible();
      expect(await waitingInBrowser(page)).toBe(1);
      await page.close();

      const next = await again();
      expect(new URL(next.url).origin).toBe(new URL(host.url).origin);
      const opened = await openWebPage(context, next.url);
      const after = new ReviewPage(opened);
      await expect(after.left).toHaveText('6 without a verdict');
      await expect.poll(() => waitingInBrowser(opened)).toBe(0);
      await after.choose('Show', 'Verdict: unsure');
      await expect.poll(() => after.position()).toEqual({ index: 1, count: 1 });
      await expect(after.trail).toHaveCount(1);
      await expect(after.trail.first()).toContainText('Unsure');
    },
  );
});

test('a window that stays open stores its verdicts itself when the host is back, each once', async ({
  browserOfAll,
}, testInfo) => {
  await whileReviewing(
    browserOfAll!,
    testInfo.outputPath('images'),
    async ({ host, context, page, review, again }) => {
      await host.stop('kill');
      await page.keyboard.press('d');
      await expect(review.left).toHaveText('7 without a verdict');
      const next = await again();
      // The new address brings the browser the new key, with which the old page is let in again.
      const second = new ReviewPage(await openWebPage(context, next.url));
      await expect(page.getByText(/connection to the workbench is lost/)).toHaveCount(0);
      await expect.poll(() => waitingInBrowser(page)).toBe(0);
      await expect(second.left).toHaveText('7 without a verdict');
      await page.keyboard.press('Home');
      await expect(review.verdict('Defect')).toHaveAttribute('aria-pressed', 'true');
      await expect(review.trail).toHaveCount(1);
    },
  );
});

test('where the browser has no room it says so, and asks before the window closes', async ({
  browserOfAll,
}, testInfo) => {
  await whileReviewing(
    browserOfAll!,
    testInfo.outputPath('images'),
    async ({ host, page, review, again }) => {
      await page.evaluate(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
        };
      });
      await host.stop('kill');
      await page.keyboard.press('d');
      await expect(page.getByText(/1 decision is in this window alone: leave it open/)).toBeVisible();
      const asked = page.waitForEvent('dialog');
      const closing = page.close({ runBeforeUnload: true });
      const dialog = await asked;
      expect(dialog.type()).toBe('beforeunload');
      await dialog.dismiss();
      await closing;
      await expect(review.left).toHaveText('7 without a verdict');
      const next = await again();
      await openWebPage(page.context(), next.url);
      await expect(page.getByText(/in this window alone/)).toHaveCount(0);
      await page.keyboard.press('Home');
      await expect(review.trail).toHaveCount(1);
    },
  );
});

test('a verdict that finds the disk full is told, kept, and stored when there is room', async ({
  window,
}, testInfo) => {
  await makeMvtecClass(testInfo.outputPath('images'), { className: 'felt', goodCount: 2, scratchedCount: 2 });
  let refusals = 2;
  await window.routeWebSocket(/\/socket$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const { id, method } = JSON.parse(String(message)) as { id: number; method: string };
      if (method !== 'verdicts.record' || refusals === 0) {
        server.send(message);
        return;
      }
      refusals--;
      const error = {
        code: 'disk-full',
        message: 'There is no room left on the disk of the data folder. Make room; it goes on by itself.',
      };
      socket.send(JSON.stringify({ kind: 'reply', reply: { id, ok: false, error } }));
    });
  });
  await window.reload();
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  await data.importFolder(testInfo.outputPath('images'));
  await data.startRun();
  await review.waitForEnd();
  await review.goToWorst(4);
  await window.keyboard.press('d');
  const notice = window.getByTestId('unsaved');
  await expect(notice).toContainText(
    '1 decision is not stored yet. It is kept on this computer and tried again.',
  );
  await expect(notice).toContainText('There is no room left on the disk of the data folder.');
  await expect(review.frame(1)).toHaveAccessibleName(/verdict defect, not stored yet$/);
  // The second refusal, then the third try by itself.
  await expect(notice).toHaveCount(0);
  expect(refusals).toBe(0);
  await window.keyboard.press('Home');
  await expect(review.trail).toHaveCount(1);
});
