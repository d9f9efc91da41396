// Runs the end-to-end tests: against the web host in a browser, and against Electron where its runtime is there.
//   node src-main/launch/e2e.mjs [Playwright's arguments]
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProject } from './build.mjs';
import { findElectron, whyNoDisplay } from './electron-runtime.mjs';
import { obtainBrowser } from './find-browser.mjs';
import { ensureNode, projectRoot, run } from './node-version.mjs';

/** Resolves with the exit code. `env` is added to the tests' environment. */
export async function runEndToEnd(args = [], env = {}) {
  const browser = await obtainBrowser(console.log);
  if (!browser.executable) {
    console.error(browser.reason);
    return 1;
  }
  console.log(`Browser: ${browser.executable}`);
  const electron = findElectron();
  const missing = electron.executable ? whyNoDisplay() : electron.reason;
  if (missing === null) console.log(`Electron: ${electron.executable}`);
  else
    console.log(
      `ELECTRON IS NOT TESTED HERE: ${missing}. Its end-to-end tests are skipped, nothing else is.`,
    );
  return await run(
    process.execPath,
    [
      path.join(projectRoot, 'node_modules', '@playwright', 'test', 'cli.js'),
      'test',
      '--config',
      path.join(projectRoot, 'tests', 'e2e', 'playwright.config.ts'),
      ...args,
    ],
    {
      cwd: projectRoot,
      env: {
        ...env,
        WORKBENCH_BROWSER: browser.executable,
        ...(missing === null
          ? { WORKBENCH_ELECTRON: electron.executable }
          : { WORKBENCH_NO_ELECTRON: missing }),
      },
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureNode();
  await buildProject();
  process.exit(await runEndToEnd(process.argv.slice(2)));
}
