// The whole command line as a process of its own, from the sources, for tests that kill it.
import { runCli } from '../../../src-main/cli/main.ts';

process.exitCode = await runCli(process.argv.slice(2));
