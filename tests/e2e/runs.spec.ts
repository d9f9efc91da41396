import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
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
