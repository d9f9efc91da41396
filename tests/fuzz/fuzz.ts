// npm run fuzz -- --count 20000 --seed 1 --json FILE: reads damaged files of every foreign format (see run-fuzz.ts).
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formats, type Format } from './cases.ts';
import { runFuzz } from './run-fuzz.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '2' },
    formats: { type: 'string', default: formats.join(',') },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
});

const chosen = values.formats.split(',').map((name) => {
  const format = formats.find((one) => one === name);
  if (format === undefined) throw new Error(`«${name}» is none of ${formats.join(', ')}`);
  return format satisfies Format;
});
const isTerminal = process.stderr.isTTY;
let shown = 0;
const report = await runFuzz({
  count: Number(values.count),
  seed: Number(values.seed),
  from: Number(values.from),
  jobs: Number(values.jobs),
  formats: chosen,
  ...(values.keep === undefined ? {} : { keepIn: values.keep }),
  onProgress: (done, findings) => {
    if (done - shown < (isTerminal ? 50 : 2000)) return;
    shown = done;
    process.stderr.write(
      `${isTerminal ? '\r' : ''}${done} of ${values.count}, ${findings} findings${isTerminal ? '' : '\n'}`,
    );
  },
});
if (isTerminal) process.stderr.write('\n');
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
console.table(report.byFormat);
console.log(`refused by: ${JSON.stringify(report.codes)}`);
console.log(
  `${report.count} files, ${report.findings.length} findings, ${report.touchedOutside.length} files touched outside, ` +
    `${report.durationS.toFixed(0)} s, at most ${(report.peakBytes / 1e6).toFixed(0)} MB`,
);
for (const { index, format, outcome, message } of report.findings.slice(0, 20))
  console.log(`\n${outcome} ${format} ${index}: ${message.slice(0, 600)}`);
process.exitCode = report.findings.length + report.touchedOutside.length === 0 ? 0 : 1;
