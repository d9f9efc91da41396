// Types, rules of the house, formatting. All of them run, so that one failure does not hide the next.
import path from 'node:path';
import { ensureNode, projectRoot, run } from './node-version.mjs';

await ensureNode();

const bin = (name, file) => path.join(projectRoot, 'node_modules', name, file);
const checks = [
  ...['src-shared', 'src-main', 'src-renderer', 'tests'].map((folder) => ({
    name: `types of ${folder}`,
    args: [bin('typescript', 'bin/tsc'), '-p', folder],
  })),
  { name: 'eslint', args: [bin('eslint', 'bin/eslint.js'), '.', '--max-warnings', '0'] },
  { name: 'prettier', args: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];

const failed = [];
for (const { name, args } of checks) {
  const code = await run(process.execPath, args, { cwd: projectRoot });
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Lint failed: ${failed.join(', ')}.`);
  process.exit(1);
}
