import { mkdir, readdir } from 'node:fs/promises';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { startWeb } from './hosts.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { SearchPage } from './pages/search-page.ts';
import { SettingsPage } from './pages/settings-page.ts';
import { makePlainFolder } from './test-images.ts';

test('settings hold: name, threads, thumbnails, a provider that is tried and what it did to a run', async ({
  workbench,
}, testInfo) => {
  let window = workbench.page;
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const folder = testInfo.outputPath('castings');
  await makePlainFolder(folder, 6, 160, 160);
  const settings = new SettingsPage(window);
  await new Frame(window).goTo('Settings');

  await test.step('what computes can be tried, and says in words whether it works', async () => {
    await settings.test('Processor');
    await expect(settings.provider('Processor')).toContainText(/It works: a product of .* took [\d.]+ ms/);
  });
  const works = await test.step('so does one that may not be there', async () => {
    await settings.test('Graphics card through WebGPU');
    const row = settings.provider('Graphics card through WebGPU');
    await expect(row).toContainText(/It works:|It does not work here:/);
    return (await row.textContent())?.includes('It works:') === true;
  });
  await test.step('it is chosen, with one thread, and a name for verdicts', async () => {
    const choice = settings.provider('Graphics card through WebGPU').getByRole('checkbox');
    // It is ticked when the host has stored it.
    await choice.click();
    await expect(choice).toBeChecked();
    await settings.write('Threads on the processor', '1');
    await settings.write('Your name', 'Ada');
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    await expectAccessible(window, 'Settings');
  });

  await test.step('all of it is there after the next start', async () => {
    window = await workbench.restart();
    const again = new SettingsPage(window);
    await new Frame(window).goTo('Settings');
    await expect(again.provider('Graphics card through WebGPU').getByRole('checkbox')).toBeChecked();
    await expect(window.getByLabel('Threads on the processor')).toHaveValue('1');
    await expect(window.getByLabel('Your name')).toHaveValue('Ada');
  });

  await test.step('a run says what it was computed by, and why not by what was wanted', async () => {
    await new DataPage(window).importFolder(folder);
    await new DataPage(window).startRun('CLIP');
    await new ReviewPage(window).waitForEnd();
    await window.keyboard.press('Control+j');
    const jobs = window.getByRole('dialog', { name: 'Jobs' });
    await expect(jobs.getByText(/^Computed by: /)).toContainText(works ? 'WebGPU' : 'Processor, 1 thread');
    await expect(jobs.getByText(/WebGPU could not be used; instead: Processor/)).toHaveCount(works ? 0 : 1);
    await expect(jobs.getByRole('region', { name: 'Before' }).getByText('Import castings')).toBeVisible();
    await expectAccessible(window, 'Jobs, with what computed them');
    await window.keyboard.press('Escape');
  });

  await test.step('thumbnails are measured and deleted', async () => {
    await new Frame(window).goTo('Settings');
    await expect(window.getByRole('row', { name: /^Thumbnails/ })).toBeVisible();
    await window.getByRole('button', { name: 'Delete all thumbnails' }).click();
    await expect(window.getByRole('row', { name: /^Thumbnails/ })).toHaveCount(0);
    await expect(window.getByRole('button', { name: 'Delete all thumbnails' })).toBeDisabled();
  });
});

test('another data folder is chosen for the next start, and one with other things in it is refused', async ({
  window,
}, testInfo) => {
  test.skip(
    process.platform !== 'linux',
    'Only on Linux can a test keep the choice out of the user’s settings.',
  );
  const settings = new SettingsPage(window);
  await new Frame(window).goTo('Settings');
  const empty = testInfo.outputPath('moved');
  await mkdir(empty, { recursive: true });
  const full = testInfo.outputPath('photos');
  await makePlainFolder(full, 1, 32, 32);
  await settings.chooseDataFolder(full);
  await expect(window.getByRole('alert')).toContainText('holds other things');
  await settings.chooseDataFolder(empty);
  const question = window.getByRole('dialog', { name: 'Take your data along?' });
  await expect(question.getByText(/takes [\d.]+ [kM]B; [\d.]+ [GTM]B are free there/)).toBeVisible();
  await expectAccessible(window, 'Take your data along');
  await question.getByRole('button', { name: 'Begin anew there' }).click();
  await expect(window.getByText(`the next start opens ${empty}`)).toBeVisible();
  await window.getByRole('button', { name: 'Back to the usual folder' }).click();
  await expect(window.getByText(empty)).toHaveCount(0);
});

test('the data come along to another folder, and a start on it finds them', async ({
  window,
  workbench,
  browserOfAll,
}, testInfo) => {
  test.skip(
    process.platform !== 'linux' || browserOfAll === null,
    'Only on Linux can a test keep the choice out of the user’s settings.',
  );
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const images = testInfo.outputPath('castings');
  await makePlainFolder(images, 3, 32, 32);
  await new DataPage(window).importFolder(images);
  const settings = new SettingsPage(window);
  await new Frame(window).goTo('Settings');
  const target = testInfo.outputPath('moved');
  await mkdir(target, { recursive: true });
  await settings.chooseDataFolder(target);
  const question = window.getByRole('dialog', { name: 'Take your data along?' });
  await question.getByRole('button', { name: 'Copy everything there' }).click();
  await expect(window.getByText(`Everything was copied to ${target}.`)).toBeVisible();
  await expect(question).toHaveCount(0);
  await testInfo.attach('copied', { body: await window.screenshot(), contentType: 'image/png' });
  expect(await readdir(workbench.dataFolder)).toContain('workbench.sqlite');
  const moved = await startWeb(target, browserOfAll);
  try {
    // It opens where the window was left.
    await new Frame(moved.page).goTo('Data');
    await expect(new DataPage(moved.page).card('castings')).toBeVisible();
  } finally {
    await moved.stop('close');
  }
});

test('Ctrl+K does what the open view’s keys do, shows each key, and leads to licences and a report', async ({
  window,
}) => {
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const search = new SearchPage(window);
  await new Frame(window).goTo('Data');
  await window.keyboard.press('Alt+5');
  await expect(window.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible();
  await search.open();
  await expect(window.getByRole('option', { name: /^Show jobs/ })).toContainText('Ctrl+J');
  await search.choose('light theme', /^Light theme/);
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'light');

  await search.open();
  await search.choose('about', /^About/);
  const about = window.getByRole('dialog', { name: 'Anomaly Workbench' });
  const reactDom = about
    .getByRole('listitem')
    .filter({ has: window.getByText('react-dom', { exact: true }) });
  await reactDom.getByText('react-dom', { exact: true }).click();
  await expect(reactDom.getByText(/Permission is hereby granted/)).toBeVisible();
  await expectAccessible(window, 'About, light');
  await window.keyboard.press('Escape');
  await expect(about).toHaveCount(0);

  await search.open();
  await search.choose('report a problem', /^Report a problem/);
  const report = window.getByRole('dialog', { name: 'Report a problem' });
  await expect(report.getByLabel('Text of the report')).toHaveValue(/Compute process: ONNX Runtime/);
  await expectAccessible(window, 'Report, light');
});
