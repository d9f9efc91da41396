#!/usr/bin/env node
// `npx anomaly-workbench …`: builds what changed, then hands over to the command line in out/main/cli.js.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProject } from './build.mjs';
import { ensureNode, projectRoot } from './node-version.mjs';

await ensureNode();
await buildProject();
const { runCli } = await import(pathToFileURL(path.join(projectRoot, 'out/main/cli.js')).href);
process.exitCode = await runCli(process.argv.slice(2));
