import { pseudoTag } from '../../src-renderer/texts/pseudo-language.ts';
import { askHost } from './ask-host.ts';
import { expect, test } from './fixtures.ts';
import { Frame, type RailName } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { untranslatedTexts } from './untranslated.ts';

const views: readonly RailName[] = ['Data', 'Review', 'Thresholds', 'Compare', 'Models', 'Settings'];

test('every sentence of the window comes from the catalogue of its language', async ({
  window,
  workbench,
}) => {
  const frame = new Frame(window);
  const places: { readonly name: string; readonly address: string }[] = [];
  for (const name of views) {
    await frame.goTo(name);
    places.push({ name: `${name}, empty`, address: window.url() });
  }
  await frame.goTo('Data');
  await window.getByRole('button', { name: 'Try the sample images' }).click();
  await new ReviewPage(window).waitForEnd();
  await window.getByRole('button', { name: 'Start a run' }).click();
  places.push({ name: 'Start', address: window.url() });
  for (const name of views) {
    await frame.goTo(name);
    places.push({ name, address: window.url() });
  }
  await frame.goTo('Data');
  await window.getByRole('button', { name: 'Show images' }).click();
  places.push({ name: 'Images', address: window.url() });

  await askHost(window, 'settings.set', { key: 'window.language', value: pseudoTag });
  for (const { name, address } of places) {
    await window.goto(address);
    await window.reload();
    await expect(window.getByText('⟦').first()).toBeVisible();
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    expect.soft(await untranslatedTexts(window, dataNames(workbench.dataFolder)), name).toEqual([]);
  }
});

/** What stands in the window and belongs to the user's data, to a method or to a key. */
function dataNames(dataFolder: string): readonly RegExp[] {
  return [
    new RegExp(dataFolder.replaceAll(/[.\\]/g, String.raw`\$&`), 'g'),
    /\b(CLIP-AC|WinCLIP|AnomalyCLIP|FAPrompt|CLIP)\b/g,
    /\S+\.(png|jpg|json|sqlite)\b/g,
    /\b(Ctrl|Alt|Shift|Esc|Home|End|Tab|Space|Enter)\b/g,
  ];
}
