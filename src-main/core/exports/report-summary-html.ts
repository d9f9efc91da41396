import { binomialBounds } from '../../../src-shared/metrics/binomial-bounds.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import { html, type Html } from './html.ts';
import { runName } from './report-figures-html.ts';
import type { ReportRun, RunReport } from './run-report.ts';
import type { ThresholdCounts } from './verdict-report.ts';

/** Of the exact intervals (Clopper-Pearson), two-sided. */
const confidence = 0.95;
/** Of a run's facts those that a reader wants first; all of them stand at the end. */
const leadingFacts: ReadonlySet<string> = new Set([
  'Run',
  'Model',
  'Its SHA-256',
  'Learned prompts',
  'Images',
]);

/** What the batch is, what was decided, and how sure that is: the page that is read where only one is. */
export function summarySection(report: RunReport): Html {
  const { runs, datasetName, datasetRoot, imageCount, classes, unread, madeAt, madeBy } = report;
  return html`<section>
    <h2>Summary</h2>
    <dl class="summary">
      <dt>Data set</dt>
      <dd>
        ${datasetName}, ${countOf(imageCount, 'image')} in ${countOf(classes.length, 'class', 'classes')}
        <span class="code">${datasetRoot}</span>
      </dd>
      <dt>Report</dt>
      <dd>${timeOf(madeAt)} UTC, by ${madeBy}</dd>
      <dt>Not read</dt>
      <dd>
        ${unread.count === 0 ? 'every file was read' : html`<strong class="problem">${countOf(unread.count, 'file')}</strong>, listed below`}
      </dd>
      <dt>Verdicts</dt>
      <dd>${sayVerdicts(report)}</dd>
    </dl>
    ${runs.map((run) => runSummary(report, run))}
  </section>`;
}

function sayVerdicts({ decisions: { counts, verdictCount } }: RunReport): string {
  if (verdictCount === 0) return 'none was given';
  const sum = (kind: 'good' | 'defect' | 'unsure' | 'none') =>
    counts.reduce((total, one) => total + one[kind], 0);
  return `${sum('good')} good, ${sum('defect')} defect, ${sum('unsure')} unsure; ${countOf(sum('none'), 'image')} without one`;
}

function runSummary(report: RunReport, run: ReportRun): Html {
  const own = report.decisions.thresholds.filter(({ letter }) => letter === run.letter);
  const facts = run.facts.filter(({ name }) => leadingFacts.has(name));
  const total = own.reduce<ThresholdCounts | null>(
    (sum, { counts }) => (sum === null ? counts : addCounts(sum, counts)),
    null,
  );
  return html`<div class="run">
    <h3>${runName(run, report.runs.length === 1)}</h3>
    <dl class="summary">
      ${facts.map(
        ({ name, value, isCode = false }) =>
          html`<dt>${name}</dt>
            <dd class="${isCode ? 'code' : ''}">${value}</dd>`,
      )}
    </dl>
    ${
      total === null
        ? html``
        : html`<ul class="sentences">
            ${sayCounts(total).map((sentence) => html`<li>${sentence}</li>`)}
          </ul>`
    }
  </div>`;
}

function addCounts(a: ThresholdCounts, b: ThresholdCounts): ThresholdCounts {
  return {
    found: a.found + b.found,
    missed: a.missed + b.missed,
    falseAlarms: a.falseAlarms + b.falseAlarms,
    passed: a.passed + b.passed,
    unlabelledAbove: a.unlabelledAbove + b.unlabelledAbove,
    unlabelledBelow: a.unlabelledBelow + b.unlabelledBelow,
    between: a.between + b.between,
  };
}

/** What the thresholds did to these images, and what the labels let one say of others like them. */
function sayCounts(counts: ThresholdCounts): string[] {
  const { found, missed, falseAlarms, passed, unlabelledAbove, unlabelledBelow, between } = counts;
  const sentences: string[] = [];
  const anomalous = found + missed;
  const good = falseAlarms + passed;
  const unlabelled = unlabelledAbove + unlabelledBelow;
  if (anomalous > 0)
    sentences.push(
      `Of ${countOf(anomalous, 'image')} labelled anomalous ${found} were flagged and ${missed} missed. ${sayInterval('Misses', missed, anomalous)}`,
    );
  if (good > 0)
    sentences.push(
      `Of ${countOf(good, 'image')} labelled good ${passed} passed and ${falseAlarms} were flagged. ${sayInterval('False alarms', falseAlarms, good)}`,
    );
  if (unlabelled > 0)
    sentences.push(`Of ${countOf(unlabelled, 'image')} without a label ${unlabelledAbove} were flagged.`);
  if (between > 0)
    sentences.push(`${countOf(between, 'image')} lie between the thresholds, for a person to look at again.`);
  if (anomalous === 0 || good === 0)
    sentences.push(
      `No image is labelled ${anomalous === 0 ? 'anomalous, so how many are missed' : 'good, so how many false alarms there are'} cannot be said.`,
    );
  return sentences;
}

function sayInterval(what: string, events: number, trials: number): string {
  const { lower, upper } = binomialBounds(events, trials, confidence);
  return `${what} in more such images: ${inPercent(lower)} to ${inPercent(upper)} %, with 95 % confidence.`;
}

/** `4.0 (0.5 to 13.7)`, in percent; a dash where nothing was tried. */
export function shareWithInterval(events: number, trials: number): string {
  if (trials === 0) return '–';
  const { lower, upper } = binomialBounds(events, trials, confidence);
  return `${inPercent(events / trials)} (${inPercent(lower)} to ${inPercent(upper)})`;
}

/** `2026-11-22 18:30`, UTC. */
export function timeOf(moment: Date | number): string {
  return new Date(moment).toISOString().slice(0, 16).replace('T', ' ');
}
