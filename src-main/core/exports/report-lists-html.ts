import { countOf } from '../../../src-shared/text/count-of.ts';
import type { Contradiction } from './collect-contradictions.ts';
import { html, type Html } from './html.ts';
import { runName } from './report-figures-html.ts';
import { pictureRows } from './report-pictures-html.ts';
import type { RunReport } from './run-report.ts';

const predictionWords = { anomalous: 'flagged', unsure: 'look again', good: 'passed' } as const;

/** Images of which verdict, label and prediction do not say the same: pictures of the first, then a list. */
export function contradictionSection(report: RunReport): Html {
  const { contradictions, contradictionPictures, runs, leadingRun } = report;
  const { rows, count } = contradictions;
  const leading = runs[leadingRun];
  if (count === 0) {
    return html`<section>
      <h2>Contradictions</h2>
      <p class="quiet">Verdicts, labels and predictions contradict each other nowhere.</p>
    </section>`;
  }
  return html`<section>
    <h2>Contradictions</h2>
    <p class="quiet">
      ${countOf(count, 'image')} of which verdict, label and prediction do not say the
      same${
        runs.length > 1 && leading !== undefined ? html`, predictions of ${runName(leading, false)}` : html``
      }.
      Those with a verdict come first, then the highest scores. «Unsure» contradicts nobody.
    </p>
    ${contradictionPictures.length === 0 ? html`` : pictureRows(report, contradictionPictures, true)}
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th class="name">Image</th>
            <th class="name">Class</th>
            <th class="name">Verdict</th>
            <th class="name">Label</th>
            <th class="name">Prediction</th>
            <th>Score</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(contradictionRow)}
        </tbody>
      </table>
    </div>
    ${leftOut(rows.length, count, 'image')}
  </section>`;
}

function contradictionRow({ path, className, verdict, label, prediction, score }: Contradiction): Html {
  return html`<tr>
    <th class="name">${path}</th>
    <td class="word">${className}</td>
    <td class="word">${verdict ?? '–'}</td>
    <td class="word">${label ?? '–'}</td>
    <td class="word">${prediction === null ? '–' : predictionWords[prediction]}</td>
    <td>${score.toPrecision(5)}</td>
  </tr> `;
}

/** Files that nothing is said of, with the reason. */
export function unreadSection({ unread: { files, count } }: RunReport): Html {
  if (count === 0) return html``;
  return html`<section>
    <h2>Files that were not read</h2>
    <p class="quiet">
      Nothing in this report is said of ${count === 1 ? 'this file' : `these ${count} files`}.
    </p>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th class="name">File</th>
            <th class="name">Reason</th>
          </tr>
        </thead>
        <tbody>
          ${files.map(
            ({ path, message }) =>
              html`<tr>
                <th class="name">${path}</th>
                <td class="word">${message}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${leftOut(files.length, count, 'file')}
  </section>`;
}

function leftOut(listed: number, count: number, noun: string): Html {
  if (listed === count) return html``;
  return html`<p class="quiet">
    ${countOf(count - listed, `more ${noun}`)} of ${count} are not listed here.
  </p>`;
}
