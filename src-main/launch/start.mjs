// Opens the workbench: Electron's window, or the browser with one line that says why.
//   node src-main/launch/start.mjs [--data DIR] [--port N] [--browser] [--no-open]
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { buildProject } from './build.mjs';
import { obtainElectron } from './electron-runtime.mjs';
import { endWithNpm, ensureNode, projectRoot, run } from './node-version.mjs';
import { openBrowser } from './open-browser.mjs';

/** A window that ends with an error this soon was never seen: a library is missing, or the display refuses. */
const startFailedWithinMs = 8000;

/** Takes the flags that are this script's own out of the arguments; the rest belongs to the host. */
export function splitArguments(args) {
  const own = new Set(['--browser', '--no-open']);
  return {
    browser: args.includes('--browser'),
    open: !args.includes('--no-open'),
    hostArguments: args.filter((argument) => !own.has(argument)),
  };
}

/** Ends with the window's exit code, or tells why there was none. */
async function tryElectron(hostArguments) {
  const runtime = await obtainElectron(console.log);
  if (!runtime.executable) return { reason: runtime.reason };
  // Chromium refuses to start its sandbox for root, and says so with an exit code only.
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const startedAt = performance.now();
  const code = await run(runtime.executable, [...rootFlags, projectRoot, ...hostArguments]);
  if (code !== 0 && performance.now() - startedAt < startFailedWithinMs)
    return { reason: `Electron ended at once with code ${code}` };
  return { code };
}

await ensureNode();
endWithNpm();
await buildProject();
const { browser, open, hostArguments } = splitArguments(process.argv.slice(2));
const outcome = browser ? { reason: 'you asked for the browser' } : await tryElectron(hostArguments);
if ('code' in outcome) process.exit(outcome.code);

const { runWebHost } = await import(pathToFileURL(path.join(projectRoot, 'out/main/web.js')).href);
process.exit(
  await runWebHost(hostArguments, (url, ticketUrl) => {
    console.log(`Opening in the browser because ${outcome.reason}: ${url}`);
    if (open) openBrowser(ticketUrl);
  }),
);
