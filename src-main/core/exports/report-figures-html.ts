import { html, type Html } from './html.ts';
import { figuresOfClass, publishedSource } from '../../../src-shared/domain/published-results.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import {
  metricsShown,
  publishedValue,
  type ReportMetric,
  type ReportRun,
  type RunReport,
} from './run-report.ts';

const percent = (value: number | null) => inPercent(value, '–');
const seconds = (durationMs: number | null) => (durationMs === null ? '–' : (durationMs / 1000).toFixed(3));
/** Closer than what is printed is the same. */
const same = (a: number, b: number) => percent(a) === percent(b);

/** The letter and the name of a run, as every table and picture has them. */
export function runName({ letter, title }: ReportRun, isAlone: boolean): Html {
  return isAlone ? html`${title}` : html`<span class="letter">${letter}</span> ${title}`;
}

/** All figures of a report: of one run by class, of several first their means side by side. */
export function figuresSection(report: RunReport): Html {
  const metrics = metricsShown(report);
  const notes = collectNotes(report);
  const remarks = metrics.filter(({ remark }) => remark !== '');
  return html`<section>
    <h2>Figures</h2>
    <p class="quiet">
      In percent; higher is better. Means over the classes that have the figure. Pixel figures are taken at
      the size that each method renders its maps at.
    </p>
    ${report.runs.length === 1 ? classTable(report, metrics) : comparison(report, metrics)}
    ${
      remarks.length === 0
        ? html``
        : html`<ul class="quiet small">
            ${remarks.map(({ name, remark }) => html`<li><strong>${name}</strong>: ${remark}</li>`)}
          </ul>`
    }
    ${
      notes.length === 0
        ? html``
        : html`<h3>Left out</h3>
            <ul class="quiet small">
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
    }
  </section>`;
}

/** What was left out, each once, with the runs that it is true of. */
function collectNotes({ runs }: RunReport): readonly string[] {
  const letters = new Map<string, string[]>();
  for (const { letter, evaluation } of runs) {
    for (const { className, notes } of evaluation.classes) {
      for (const note of notes) {
        const line = `${className}: ${note}`;
        letters.set(line, [...(letters.get(line) ?? []), letter]);
      }
    }
  }
  return [...letters].map(([line, of]) => (of.length === runs.length ? line : `${of.join(', ')} · ${line}`));
}

function levelHead(metrics: readonly ReportMetric[], firstColumn: Html, last: Html, slot = html``): Html {
  const levels = (['image', 'pixel'] as const).filter((level) => metrics.some((one) => one.level === level));
  return html`<thead>
    <tr>
      <th rowspan="2" scope="col" class="name">${firstColumn}</th>
      ${levels.map(
        (level) =>
          html`<th
            colspan="${metrics.filter((one) => one.level === level).length}"
            scope="colgroup"
            class="first group"
          >
            ${level === 'image' ? 'Images' : 'Pixels'}
          </th>`,
      )}
      ${last}
    </tr>
    <tr>
      ${metrics.map(
        (metric, i) => html`<th scope="col" class="${startsGroup(metrics, i)}">${metric.name}${slot}</th>`,
      )}
    </tr>
  </thead>`;
}

function startsGroup(metrics: readonly ReportMetric[], i: number): string {
  return metrics[i]?.level === metrics[i - 1]?.level ? '' : 'first';
}

/** One run: classes by metrics. */
function classTable({ runs, classes, published }: RunReport, metrics: readonly ReportMetric[]): Html {
  const [run] = runs;
  if (run === undefined) return html``;
  const { evaluation } = run;
  return html`<div class="scroll">
    <table>
      ${levelHead(metrics, html`Class`, html`<th rowspan="2" scope="col" class="first">s/image</th>`)}
      <tbody>
        ${classes.map(({ name }) => {
          const one = evaluation.classes.find(({ className }) => className === name);
          return html`<tr>
            <th scope="row" class="name"><a href="#${anchor(name)}">${name}</a></th>
            ${metrics.map(
              (metric, i) =>
                html`<td class="${startsGroup(metrics, i)}">
                  ${percent(one === undefined ? null : metric.read(one))}
                </td>`,
            )}
            <td class="first quiet">${seconds(one?.meanDurationMs ?? null)}</td>
          </tr> `;
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" class="name">Mean</th>
          ${metrics.map(
            (metric, i) =>
              html`<td class="${startsGroup(metrics, i)}">${percent(metric.read(evaluation.mean))}</td>`,
          )}
          <td class="first quiet">${seconds(evaluation.mean.durationMs)}</td>
        </tr>
        ${publishedRows(published, metrics)}
      </tfoot>
    </table>
  </div>`;
}

/** Papers that say the same of a method share a row. */
function publishedRows(
  published: RunReport['published'],
  metrics: readonly ReportMetric[],
  slot = html``,
): readonly Html[] {
  const rows = new Map<string, { title: string; values: readonly string[]; sources: string[] }>();
  for (const row of published) {
    const [whole] = figuresOfClass(row.figures, null);
    if (whole === undefined) continue;
    const values = metrics.map((metric) => percent(publishedValue(row, metric, null)));
    const key = [row.title, ...values].join('|');
    const known = rows.get(key) ?? { title: row.title, values, sources: [] };
    known.sources.push(`${publishedSource(whole)}, ${whole.dataset}`);
    rows.set(key, known);
  }
  return [...rows.values()].map(
    ({ title, values, sources }) =>
      html`<tr class="published">
        <th scope="row" class="name">
          ${title} <span class="tag">published</span> <span class="source">${sources.join('; ')}</span>
        </th>
        ${values.map((value, i) => html`<td class="${startsGroup(metrics, i)}">${value}${slot}</td>`)}
        <td class="first quiet">–</td>
      </tr>`,
  );
}

/** Several runs: their means, then a table a metric with classes by runs. */
function comparison(report: RunReport, metrics: readonly ReportMetric[]): Html {
  const { runs, published } = report;
  const [reference] = runs;
  return html`<p class="small quiet">
      <span class="best">best</span> marks the best of the runs in each column or row; small figures are the
      difference to ${reference === undefined ? html`` : runName(reference, false)}, in points.
    </p>
    <div class="scroll">
      <table class="means">
        ${levelHead(metrics, html`Mean over classes`, html`<th rowspan="2" scope="col" class="first">s/image</th>`, emptySlot)}
        <tbody>
          ${runs.map(
            (run, row) =>
              html`<tr>
                <th scope="row" class="name">${runName(run, false)}</th>
                ${metrics.map((metric, i) =>
                  cell(
                    runs.map((one) => metric.read(one.evaluation.mean)),
                    row,
                    startsGroup(metrics, i),
                    emptySlot,
                  ),
                )}
                <td class="first quiet">${seconds(run.evaluation.mean.durationMs)}</td>
              </tr>`,
          )}
        </tbody>
        ${
          published.length === 0
            ? html``
            : html`<tfoot>
                ${publishedRows(published, metrics, emptySlot)}
              </tfoot>`
        }
      </table>
    </div>
    <h3>By class</h3>
    <div class="tables">${metrics.map((metric) => metricTable(report, metric))}</div>`;
}

function metricTable({ runs, classes, published }: RunReport, metric: ReportMetric): Html {
  const known = published.filter((row) =>
    classes.some(({ name }) => publishedValue(row, metric, name) !== null),
  );
  const row = (name: Html, className: string | null): Html => {
    const values = runs.map(({ evaluation: { classes: all, mean } }) => {
      const parts = className === null ? mean : all.find((one) => one.className === className);
      return parts === undefined ? null : metric.read(parts);
    });
    return html`<tr>
      <th scope="row" class="name">${name}</th>
      ${values.map((_, i) => cell(values, i, ''))}
      ${known.map((one) => html`<td class="published">${percent(publishedValue(one, metric, className))}</td>`)}
    </tr> `;
  };
  return html`<div class="scroll">
    <table>
      <caption>
        ${metric.level === 'image' ? 'Image' : 'Pixel'} ${metric.name}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="name">Class</th>
          ${runs.map(
            ({ letter, title }, i) =>
              html`<th scope="col" title="${title}">
                <span class="letter">${letter}</span>${i === 0 ? html`` : emptySlot}
              </th>`,
          )}
          ${known.map(
            ({ title, paper }) =>
              html`<th scope="col" class="published">
                ${title} <span class="tag">published</span><span class="source">${paper}</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${classes.map(({ name }) => row(html`<a href="#${anchor(name)}">${name}</a>`, name))}
      </tbody>
      <tfoot>
        ${row(html`Mean`, null)}
      </tfoot>
    </table>
  </div>`;
}

/** Keeps the place of a difference where there is none, so that figures stand below one another. */
const emptySlot = html` <span class="difference"></span>`;

/** A value among those of all runs: marked where it is the best, with its difference to the first run's. */
function cell(values: readonly (number | null)[], index: number, kind: string, slot = html``): Html {
  const value = values[index] ?? null;
  if (value === null) return html`<td class="${kind} none">–${slot}</td>`;
  const best = Math.max(...values.map((one) => one ?? -1));
  // Where all agree, none is better.
  const isBest = same(value, best) && values.some((one) => one !== null && !same(one, best));
  const [reference = null] = values;
  const difference = reference === null || index === 0 ? null : (value - reference) * 100;
  return html`<td class="${kind}">
    ${isBest ? html`<strong class="best" title="best">${percent(value)}</strong>` : percent(value)}${
      difference === null ? slot : html` <span class="difference">${signed(difference)}</span>`
    }
  </td>`;
}

function signed(points: number): string {
  const text = Math.abs(points).toFixed(1);
  return text === '0.0' ? '±0.0' : `${points < 0 ? '−' : '+'}${text}`;
}

/** Where a class's pictures are. */
export function anchor(className: string): string {
  return `class-${encodeURIComponent(className)}`;
}
