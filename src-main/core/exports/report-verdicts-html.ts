import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { describeRecipe } from './describe-recipe.ts';
import { html, type Html } from './html.ts';
import { shareWithInterval, timeOf } from './report-summary-html.ts';
import type { RunReport } from './run-report.ts';
import type { ReportVerdict } from './verdict-report.ts';

const digits = 5;
const numberOf = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : value.toPrecision(digits);

/** The thresholds that images are flagged by, how each was chosen, and what it does; then those that people saved. */
export function thresholdsSection({ decisions, runs }: RunReport): Html {
  const { thresholds, operatingPoints } = decisions;
  const hasSecond = thresholds.some(({ chosen }) => typeof chosen.secondValue === 'number');
  return html`<section>
    <h2>Thresholds</h2>
    <p class="quiet">
      An image is flagged where its score is at or above its class’s threshold. Misses are a share of the
      images labelled anomalous, false alarms of those labelled good, in percent, in brackets what 95 %
      confidence leaves open (exact interval, Clopper-Pearson).
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th class="name">Class</th>
            ${runs.length > 1 ? html`<th class="name">Run</th>` : html``}
            <th>Threshold</th>
            ${hasSecond ? html`<th>Look again from</th>` : html``}
            <th>Found</th>
            <th>Missed</th>
            <th>Misses %</th>
            <th>Flagged good</th>
            <th>Passed good</th>
            <th>False alarms %</th>
            <th>Flagged without label</th>
          </tr>
        </thead>
        <tbody>
          ${thresholds.map(
            ({ chosen, letter, counts }) =>
              html`<tr>
                <th class="name">${chosen.className}<span class="source">${chosen.chosenBy}</span></th>
                ${runs.length > 1 ? html`<td class="word"><span class="letter">${letter}</span></td>` : html``}
                <td>${numberOf(chosen.value)}</td>
                ${hasSecond ? html`<td>${numberOf(chosen.secondValue)}</td>` : html``}
                <td>${counts.found}</td>
                <td>${counts.missed}</td>
                <td>${shareWithInterval(counts.missed, counts.found + counts.missed)}</td>
                <td>${counts.falseAlarms}</td>
                <td>${counts.passed}</td>
                <td>${shareWithInterval(counts.falseAlarms, counts.falseAlarms + counts.passed)}</td>
                <td>${counts.unlabelledAbove} of ${counts.unlabelledAbove + counts.unlabelledBelow}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${operatingPoints.length === 0 ? html`<p class="quiet">No operating point was saved.</p>` : pointsTable(operatingPoints)}
  </section>`;
}

function pointsTable(points: readonly OperatingPoint[]): Html {
  return html`<div class="scroll">
    <table>
      <caption>
        Saved operating points
      </caption>
      <thead>
        <tr>
          <th class="name">Name</th>
          <th class="name">Of</th>
          <th>Threshold</th>
          <th>Second</th>
          <th class="name">How it was chosen</th>
          <th>Found</th>
          <th>Missed</th>
          <th>False alarms</th>
          <th>Good passed</th>
          <th class="name">Saved (UTC)</th>
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (point) =>
            html`<tr>
              <th class="name">${point.name}</th>
              <th class="name">run ${point.runId}, ${point.className ?? 'all classes'}, by ${point.level}</th>
              <td>${numberOf(point.threshold)}</td>
              <td>${numberOf(point.secondThreshold)}</td>
              <th class="name">${describeRecipe(point.recipe)}</th>
              <td>${point.counts.truePositives}</td>
              <td>${point.counts.falseNegatives}</td>
              <td>${point.counts.falsePositives}</td>
              <td>${point.counts.trueNegatives}</td>
              <th class="name">${timeOf(point.createdAtMs)}, ${point.author}</th>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** What people said: counts of what holds now, then every row ever given. Nothing where nobody said anything. */
export function verdictsSection({ decisions: { counts, verdicts, verdictCount } }: RunReport): Html {
  if (verdicts.length === 0) {
    return html`<section>
      <h2>Verdicts</h2>
      <p class="quiet">No verdict was given on these images.</p>
    </section>`;
  }
  return html`<section>
    <h2>Verdicts</h2>
    <div class="scroll">
      <table>
        <caption>
          As they stand
        </caption>
        <thead>
          <tr>
            <th class="name">Class</th>
            <th>Good</th>
            <th>Defect</th>
            <th>Unsure</th>
            <th>None</th>
          </tr>
        </thead>
        <tbody>
          ${counts.map(
            ({ className, good, defect, unsure, none }) =>
              html`<tr>
                <th class="name">${className}</th>
                <td>${good}</td>
                <td>${defect}</td>
                <td>${unsure}</td>
                <td>${none}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="scroll">
      <table>
        <caption>
          ${verdicts.length === verdictCount ? 'All verdicts, oldest first' : `The newest ${verdicts.length} verdicts, oldest first`}
        </caption>
        <thead>
          <tr>
            <th class="name">Image</th>
            <th>No.</th>
            <th class="name">Verdict</th>
            <th class="name">Note</th>
            <th class="name">By</th>
            <th class="name">When (UTC)</th>
            <th>Score</th>
            <th>Threshold</th>
            <th class="name">On what</th>
          </tr>
        </thead>
        <tbody>
          ${verdicts.map(verdictRow)}
        </tbody>
      </table>
    </div>
    ${
      verdicts.length === verdictCount
        ? html``
        : html`<p class="quiet">
            The ${verdictCount - verdicts.length} oldest of ${verdictCount} rows are not listed here. All of
            them are written by
            <span class="code">anomaly-workbench verdicts export</span>.
          </p>`
    }
  </section>`;
}

function verdictRow({ verdict, holds, operatingPoint }: ReportVerdict): Html {
  const { basis } = verdict;
  const said = verdict.value ?? 'withdrawn';
  const undo = verdict.restoresId !== null ? ', by undo' : '';
  return html`<tr>
    <th class="name">${verdict.imagePath}</th>
    <td>${verdict.id}</td>
    <td class="word">
      ${verdict.value === null && verdict.note !== '' ? 'note alone' : said}${undo}${holds ? '' : ' (superseded)'}
    </td>
    <td class="word">${verdict.note}</td>
    <td class="word">${verdict.author}</td>
    <td>${timeOf(verdict.createdAtMs)}</td>
    <td>${numberOf(basis?.score)}</td>
    <td>${numberOf(basis?.threshold)}</td>
    <td class="word">${sayBasis(verdict, operatingPoint)}</td>
  </tr>`;
}

function sayBasis({ basis }: ReportVerdict['verdict'], operatingPoint: string | null): string {
  if (basis === null) return 'the image alone';
  const parts = [`run ${basis.runId}, ${basis.methodId}`];
  if (basis.modelId !== null) parts.push(`${basis.modelId} ${basis.modelSha256?.slice(0, 12) ?? ''}`.trim());
  if (operatingPoint !== null) parts.push(`operating point «${operatingPoint}»`);
  if (basis.wasBlind) parts.push('blind');
  return parts.join(', ');
}
