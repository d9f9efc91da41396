import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { RunsPage } from './pages/runs-page.ts';
import { makePlainFolder } from './test-images.ts';

const imageCount = 240;

test.beforeEach(async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makePlainFolder(folder, imageCount, 320, 320);
  const data = new DataPage(window);
  await data.importFolder(folder);
  await data.startRun();
});

test('a run is cancelled at once and resumed to its end', async ({ window }) => {
  const review = new ReviewPage(window);
  const job = review.strip.getByTestId('job');
  await expect(job).toHaveAttribute('data-state', 'running');
  await expect(review.filmstrip).toBeVisible();
  await expect(job).toContainText(/\d+ of 240 images/);

  await job.getByRole('button', { name: 'Cancel' }).click();
  await expect(job).toHaveAttribute('data-state', 'cancelled', { timeout: 3_000 });
  const stopped = (await review.position()).count;
  expect(stopped).toBeGreaterThan(0);
  expect(stopped).toBeLessThan(imageCount);

  const jobs = await new Frame(window).openJobs();
  await expect(jobs.getByText(/Cancelled/)).toBeVisible();
  await jobs.getByRole('button', { name: 'Close' }).click();

  await job.getByRole('button', { name: 'Resume' }).click();
  await review.waitForEnd();
  await expect.poll(async () => (await review.position()).count).toBe(imageCount);
});

test('a paused run is paused everywhere and after a restart, and the order of what waits can be changed', async ({
  workbench,
}) => {
  let window = workbench.page;
  const job = () => new ReviewPage(window).strip.getByTestId('job');
  await expect(new ReviewPage(window).filmstrip).toBeVisible();
  await job().getByRole('button', { name: 'Pause' }).click();
  await expect(job()).toHaveAttribute('data-state', 'paused', { timeout: 3_000 });
  await expect(window.getByRole('banner')).toContainText('paused');

  const toImages = () =>
    window.evaluate(() => {
      location.hash = location.hash.replace('#/review', '#/images');
    });
  await toImages();
  await expect(window.getByTestId('job')).toHaveAttribute('data-state', 'paused');
  window = await workbench.restart();
  await expect(window.getByTestId('job')).toHaveAttribute('data-state', 'paused');

  const runs = new RunsPage(window);
  await runs.open();
  await expect(runs.run(1)).toHaveAttribute('data-state', 'paused');
  await runs.name(1, 'First look');
  await expect(runs.run(1)).toContainText('First look · Block statistics');
  await runs.run(1).getByRole('button', { name: 'Resume' }).click();
  await expect(runs.run(1)).toHaveAttribute('data-state', /running|succeeded/);

  // Three more wait behind it; the last is put first.
  const data = new DataPage(window);
  for (let more = 0; more < 3; more++) await data.startRun();
  await runs.open();
  await expect(runs.rows).toHaveCount(4);
  const jobs = await new Frame(window).openJobs();
  await expect(jobs.getByText(/in line/).first()).toBeVisible();
  await expect(jobs.getByRole('button', { name: 'Put first' }).first()).toBeVisible();
  await jobs.getByRole('button', { name: 'Put first' }).first().click();
  await expect(jobs.getByTestId('job').first()).toContainText(/Next in line|Running|\d+ of 240|240 images/);
  await jobs.getByRole('button', { name: 'Close' }).click();

  await runs.run(4).getByRole('button', { name: 'Remove run 4' }).click();
  const question = window.getByRole('dialog');
  await expect(question).toContainText(/verdicts and notes, saved thresholds and exported files stay/);
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(runs.rows).toHaveCount(3);
  await expect(runs.run(1)).toHaveAttribute('data-state', 'succeeded', { timeout: 60_000 });
});

test('a compute process that is killed in a run is started again and the run comes to its end', async ({
  window,
  workbench,
}) => {
  const review = new ReviewPage(window);
  await expect(review.filmstrip).toBeVisible();
  const [victim] = await workbench.computePids();
  expect(victim).toBeDefined();
  process.kill(victim!, 'SIGKILL');
  await review.waitForEnd();
  await expect.poll(async () => (await review.position()).count).toBe(imageCount);
  const successors = await workbench.computePids();
  expect(successors).not.toContain(victim);
});

test('after kill -9 a second start finds everything and goes on where it was', async ({ workbench }) => {
  const before = new ReviewPage(workbench.page);
  await expect(before.filmstrip).toBeVisible();
  const scored = (await before.position()).count;
  const page = await workbench.restart('kill');
  const review = new ReviewPage(page);
  await expect(review.filmstrip).toBeVisible();
  expect((await review.position()).count).toBeGreaterThanOrEqual(scored);
  await review.waitForEnd();
  await expect.poll(async () => (await review.position()).count).toBe(imageCount);
});
