import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { catalogueEntry, createCheckpointServer, publishedFile } from '../support/checkpoint-server.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { Frame } from './pages/frame.ts';

// Against a host of its own, whose downloads end at a server of this machine. Never against the real catalogue: where
// there is a network, that would fetch a gigabyte.

test('a model is fetched in the window, stopped, gone on with, imported and renamed', async ({
  browserOfAll,
}, testInfo) => {
  test.skip(browserOfAll === null, 'The host of this test serves a browser; Electron shows the same view.');
  const folder = testInfo.outputPath('get-model');
  await mkdir(folder, { recursive: true });
  const bytes = await readFile(
    await writeMadeUpCheckpoint(path.join(folder, 'checkpoint'), 'openai-torchscript', {
      config: tinyClipConfig,
    }),
  );
  const server = await createCheckpointServer(bytes);
  const entries = [
    catalogueEntry(publishedFile(server, bytes), {
      id: 'small',
      name: 'Small CLIP',
      goodFor: 'A model for tests.',
      diskBytes: 12_000_000,
    }),
    catalogueEntry(publishedFile(server, bytes, { url: 'https://nowhere.invalid/weights.pt' }), {
      id: 'far',
      name: 'Far CLIP',
    }),
    catalogueEntry(null, { id: 'by-hand', name: 'Prompts by hand', kind: 'prompts' }),
  ];
  const catalogueFile = path.join(folder, 'catalogue.json');
  await writeFile(catalogueFile, JSON.stringify({ entries }));
  const host = spawn(
    process.execPath,
    [
      path.resolve(import.meta.dirname, '../support/download-web-host.ts'),
      path.join(folder, 'data'),
      catalogueFile,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const [address] = await firstLines(host.stdout, 1);
    const context = await browserOfAll!.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(address!);
    await new Frame(page).goTo('Models');
    const section = page.getByRole('region', { name: 'Get a model' });
    const row = (name: string) => section.getByRole('listitem').filter({ hasText: name });

    await test.step('each says what it is good for, how large it is, and what cannot be fetched', async () => {
      await expect(row('Small CLIP')).toContainText('A model for tests.');
      await expect(row('Small CLIP')).toContainText('MB to fetch · 12.0 MB on disk');
      await expect(row('Prompts by hand')).toContainText('Fetch it with a browser.');
      await expect(row('Prompts by hand').getByRole('button')).toHaveCount(0);
      await expectAccessible(page, 'Models, with what can be fetched');
    });

    await test.step('without a network it says what to do', async () => {
      await section.getByRole('button', { name: 'Download Far CLIP' }).click();
      await expect(row('Far CLIP')).toContainText('nowhere.invalid cannot be reached');
      await expect(row('Far CLIP')).toContainText('copy the file here, and import it');
    });

    await test.step('a download shows how far it is, and stops at once', async () => {
      server.nextCut(2_000_000);
      await section.getByRole('button', { name: 'Download Small CLIP' }).click();
      await expect(row('Small CLIP')).toContainText(/2\.00 MB of \d+\.\d+ MB/);
      await page.screenshot({ path: testInfo.outputPath('under-way.png') });
      await row('Small CLIP').getByRole('button', { name: 'Cancel' }).click();
      await expect(row('Small CLIP')).toContainText('Cancelled');
      await new Frame(page).chooseTheme('Light');
      await new Frame(page).goTo('Models');
      await expect(row('Small CLIP')).toContainText('Cancelled');
      await expectAccessible(page, 'Models, a download stopped, light');
      await page.screenshot({ path: testInfo.outputPath('stopped.png') });
    });

    await test.step('it goes on where it was, is imported, and is in the library', async () => {
      await row('Small CLIP').getByRole('button', { name: 'Resume' }).click();
      await expect(row('Small CLIP')).toContainText('In the library', { timeout: 30_000 });
      expect(server.requests.at(-1)).toMatch(/bytes=2000000-/);
      await expect(
        page.getByText(
          /^Models, prompts and downloads take .* on the disk|^Models and prompts take .* on the disk/,
        ),
      ).toBeVisible();
      await page.screenshot({ path: testInfo.outputPath('in-the-library.png') });
    });

    await test.step('and gets another name', async () => {
      await page.getByRole('button', { name: 'Rename Small CLIP' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Mine');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { name: 'Mine', exact: true })).toBeVisible();
      await expect(row('Small CLIP')).toContainText('In the library');
    });
    await context.close();
  } finally {
    host.kill('SIGTERM');
    await server.stop();
  }
});

async function firstLines(stream: NodeJS.ReadableStream, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}
