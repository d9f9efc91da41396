import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { ExportPage } from './pages/export-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { ThresholdsPage, type RowCounts } from './pages/thresholds-page.ts';

const samples = path.resolve(import.meta.dirname, '../../assets/samples');

interface Prediction {
  readonly label: string;
  readonly prediction: string;
  readonly verdict: string;
}

async function readPredictions(file: string): Promise<readonly Prediction[]> {
  const [head = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\r\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    return { label: cell('label'), prediction: cell('prediction'), verdict: cell('verdict') };
  });
}

/** How a file's rows of one prediction are labelled. */
function countsOf(rows: readonly Prediction[], prediction: string): RowCounts {
  const labelled = (label: string) =>
    rows.filter((row) => row.prediction === prediction && row.label === label).length;
  return { anomalous: labelled('anomalous'), good: labelled('good') };
}

test('a batch from folder to report: what is stopped, looked at again and passed is the same in every view and file', async ({
  window,
  workbench,
}, testInfo) => {
  const data = new DataPage(window);
  await data.importFolder(samples);
  await data.startRun('CLIP', 'Block statistics');
  const review = new ReviewPage(window);
  await review.waitForEnd();
  const frame = new Frame(window);
  await frame.goTo('Thresholds');
  const thresholds = new ThresholdsPage(window);
  await thresholds.open('Images');
  await thresholds.cook('False alarms');
  await window.getByRole('switch', { name: 'Middle band for a human' }).click();
  await expect(thresholds.handle('Lower threshold')).toBeVisible();
  await thresholds.save('Line 4');
  const stopped = await thresholds.row('stopped');
  const human = await thresholds.row('human');
  const passed = await thresholds.row('passed');
  expect(stopped.anomalous).toBeGreaterThan(0);
  expect(human.anomalous + human.good).toBeGreaterThan(0);

  await test.step('Review says the same', async () => {
    await frame.goTo('Review');
    await expect(window.getByRole('main')).toContainText(
      new RegExp(`Flags ${stopped.anomalous + stopped.good} of \\d+ images, finds ${stopped.anomalous} of`),
    );
    await expect(window.getByRole('main')).toContainText('Taken from «Line 4»');
    await window.getByTestId('stage').click();
    // Without a rest between them: the thresholds are the newest that is to be saved, and must not wait for the last key.
    for (const key of ['d', 'd', 'u', 'a', 'd', 'Control+z']) await window.keyboard.press(key);
    await expect(review.left).toContainText(/^\d+ without a verdict$/);
  });

  const out = testInfo.outputPath('out');
  await mkdir(out);
  await test.step('and so do the files, exported at once', async () => {
    const page = new ExportPage(window);
    await page.open();
    for (const kind of ['Results as JSON', 'Masks']) await page.kind(kind).check();
    await page.exportTo(out);
    await page.waitForEnd();
    const rows = await readPredictions(path.join(out, 'predictions.csv'));
    expect(countsOf(rows, 'anomalous')).toEqual(stopped);
    expect(countsOf(rows, 'unsure')).toEqual(human);
    expect(countsOf(rows, 'good')).toEqual(passed);
    expect(rows.flatMap(({ verdict }) => (verdict === '' ? [] : [verdict])).sort()).toEqual([
      'defect',
      'defect',
      'good',
      'unsure',
    ]);
    const masks = (await readdir(path.join(out, 'masks'), { recursive: true })).filter((name) =>
      name.endsWith('.png'),
    );
    expect(masks).toHaveLength(rows.length);
    const report = await readFile(path.join(out, 'report.html'), 'utf8');
    expect(report).toContain('Line 4');
    expect(report.replaceAll(/<[^>]*>/g, ' ')).toContain(`anomalous ${stopped.anomalous} were flagged`);
  });

  await test.step('and all of it is there after a kill', async () => {
    const page = await workbench.restart('kill');
    const again = new Frame(page);
    await again.goTo('Thresholds');
    const view = new ThresholdsPage(page);
    await view.open('Images');
    expect(await view.row('stopped')).toEqual(stopped);
    expect(await view.row('human')).toEqual(human);
    await expect(view.points.filter({ hasText: 'Line 4' })).toContainText('in force');
  });
});
