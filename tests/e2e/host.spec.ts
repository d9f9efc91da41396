import { expect, test } from './fixtures.ts';

test('the window opens without an error and without the key in its address', async ({ workbench }) => {
  await expect(workbench.page.locator('#root')).not.toBeEmpty();
  expect(workbench.page.url()).not.toContain('token');
  await expect(workbench.page).toHaveTitle(/Anomaly Workbench/);
});

test('a page of the workbench reaches no other address', async ({ workbench }) => {
  workbench.expectConsoleErrors(/Content Security Policy|ERR_BLOCKED_BY_CLIENT|violates/);
  await expect(workbench.page.locator('#root')).not.toBeEmpty();
  const outcome = await workbench.page.evaluate(async () => {
    try {
      await fetch('http://127.0.0.1:9/');
      return 'fetched';
    } catch (error) {
      return String(error);
    }
  });
  expect(outcome).toContain('Failed to fetch');
});

test('a window finds its host again after the host was killed', async ({ workbench }) => {
  workbench.expectConsoleErrors(/WebSocket|ERR_CONNECTION/);
  const page = await workbench.restart('kill');
  await expect(page.locator('#root')).not.toBeEmpty();
  expect(workbench.page).toBe(page);
});
