import { html, type Html } from './html.ts';
import { figuresSection, runName } from './report-figures-html.ts';
import { classSection, disagreementSection, legend } from './report-pictures-html.ts';
import { contradictionSection, unreadSection } from './report-lists-html.ts';
import { summarySection, timeOf } from './report-summary-html.ts';
import { thresholdsSection, verdictsSection } from './report-verdicts-html.ts';
import type { RunReport } from './run-report.ts';
import { reportStyle } from './run-report-style.ts';

/** The report as one HTML document that needs nothing beside it: no script, no font, no file. Every text is escaped. */
export function renderRunReport(report: RunReport): string {
  const { runs, leadingRun } = report;
  const isComparison = runs.length > 1;
  const title = `${report.datasetName}: ${isComparison ? 'comparison' : 'anomaly report'}`;
  const leading = runs[leadingRun];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${reportStyle(runs.length, `${report.datasetName} · ${timeOf(report.madeAt)} UTC · ${report.madeBy}`)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${report.datasetName}</h1>
            <p class="quiet">
              ${isComparison ? `Comparison of ${runs.length} runs` : 'Anomaly report'} · ${report.imageCount}
              images · Anomaly Workbench ${report.version} · ${timeOf(report.madeAt)} UTC
            </p>
          </header>
          ${notRunNote(report)} ${summarySection(report)} ${thresholdsSection(report)}
          ${figuresSection(report)} ${legend(report)} ${disagreementSection(report)}
          <section class="lead">
            <h2>Worst images of each class</h2>
            <p class="quiet">
              By the scores of
              ${leading === undefined ? html`the run` : runName(leading, !isComparison)}${
                isComparison ? ', which has the best mean image AUROC here' : ''
              }.
            </p>
          </section>
          ${report.classes.map((one) => classSection(report, one))} ${contradictionSection(report)}
          ${verdictsSection(report)} ${unreadSection(report)} ${factsSection(report)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function notRunNote({ notRun }: RunReport): Html {
  if (notRun.length === 0) return html``;
  return html`<section class="note">
    <h2>Not run</h2>
    <ul>
      ${notRun.map(({ name, reason }) => html`<li><strong>${name}</strong>: ${reason}</li>`)}
    </ul>
  </section>`;
}

/** What each run was made with, so that it can be made again. */
function factsSection({ runs, datasetRoot }: RunReport): Html {
  return html`<section>
    <h2>Settings</h2>
    <p class="quiet">Images in <span class="code">${datasetRoot}</span></p>
    <div class="facts">
      ${runs.map(
        (run) =>
          html`<div class="run">
            <h3>${runName(run, runs.length === 1)}</h3>
            <dl>
              ${run.facts.map(
                ({ name, value, isCode = false }) =>
                  html`<dt>${name}</dt>
                    <dd class="${isCode ? 'code' : ''}">${value}</dd>`,
              )}
            </dl>
          </div>`,
      )}
    </div>
  </section>`;
}
