// `npm run demo`: works through the sample images with every method that can run, prints a table and writes a report.
//   node src-main/launch/demo.mjs [--data DIR] [--report FILE] [--json]
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProject } from './build.mjs';
import { endWithNpm, ensureNode, projectRoot } from './node-version.mjs';

await ensureNode();
endWithNpm();
await buildProject();
const { runCli } = await import(pathToFileURL(path.join(projectRoot, 'out/main/cli.js')).href);
process.exitCode = await runCli(['demo', ...process.argv.slice(2)]);
