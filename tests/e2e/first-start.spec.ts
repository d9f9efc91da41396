import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';

for (const theme of ['Dark', 'Light'] as const) {
  test(`a first start leads to an anomaly map in one click, ${theme.toLowerCase()}`, async ({
    window,
  }, testInfo) => {
    const review = new ReviewPage(window);
    await new Frame(window).chooseTheme(theme);
    await new Frame(window).goTo('Data');
    const offer = window.getByRole('button', { name: 'Try the sample images' });
    await expect(offer).toBeVisible();
    await expectAccessible(window, 'Data, first start');
    await testInfo.attach('offer', { body: await window.screenshot(), contentType: 'image/png' });

    await offer.click();

    await expect(window.locator('main')).toHaveAttribute('data-view', 'review', { timeout: 30_000 });
    await review.waitForHeat();
    await review.waitForEnd();
    await review.goToWorst(48);
    await testInfo.attach('review', { body: await window.screenshot(), contentType: 'image/png' });

    await new Frame(window).goTo('Data');
    await expect(new DataPage(window).card('Sample images')).toContainText('All 8 classes');
    await expect(offer).toHaveCount(0);
  });
}
