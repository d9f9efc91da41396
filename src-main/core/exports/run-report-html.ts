import type { RankMetrics, RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { cssColour } from '../../../src-shared/maps/colour-maps.ts';
import { html, type Html } from './html.ts';
import { reportStyle } from './run-report-style.ts';

/** A run as the report shows it: one column. */
export interface ReportRun {
  /** Method and model in a line. */
  readonly title: string;
  readonly evaluation: RunEvaluation;
}

/** One run's map over one picture. */
export interface ReportOverlay {
  readonly score: number;
  readonly jpeg: Uint8Array;
  /** SVG path in pixels of `sidePx`×`sidePx`, stretched over the picture: where the map crosses the threshold. */
  readonly contourPath: string;
  readonly sidePx: number;
}

export interface ReportPicture {
  readonly path: string;
  readonly label: Label | null;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly jpeg: Uint8Array;
  /** As `contourPath`; empty where there is no mask. */
  readonly maskPath: string;
  readonly maskSidePx: number;
  /** By run; null where a run has no map of it, then with the reason in `missing`. */
  readonly overlays: readonly (ReportOverlay | null)[];
}

export interface ReportClass {
  readonly name: string;
  /** Worst first. */
  readonly pictures: readonly ReportPicture[];
  readonly imageCount: number;
}

export interface RunReport {
  readonly datasetName: string;
  readonly imageCount: number;
  readonly version: string;
  readonly madeAt: Date;
  readonly runs: readonly ReportRun[];
  /** Index of the run whose scores set the order. */
  readonly leadingRun: number;
  /** Methods that were asked for and did not run, with the reason. */
  readonly notRun: readonly { readonly name: string; readonly reason: string }[];
  readonly classes: readonly ReportClass[];
}

const percent = (value: number | null) => (value === null ? '–' : (value * 100).toFixed(1));
const seconds = (durationMs: number | null) => (durationMs === null ? '–' : (durationMs / 1000).toFixed(3));

/** The report as one HTML document that needs nothing beside it: no script, no font, no file. Every text is escaped. */
export function renderRunReport(report: RunReport): string {
  const title = `${report.datasetName}: anomaly report`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${reportStyle}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${report.datasetName}</h1>
            <p class="quiet">
              ${report.imageCount} images · Anomaly Workbench ${report.version} ·
              ${report.madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC
            </p>
          </header>
          ${notRunNote(report)}
          <section>
            <h2>Figures</h2>
            ${figures(report)}
          </section>
          ${legend(report)} ${report.classes.map((one) => classSection(report, one))}
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

/** Classes by runs: image AUROC, pixel AUROC and seconds an image of each. */
function figures({ runs, classes, leadingRun }: RunReport): Html {
  const cells = (image: RankMetrics, pixel: RankMetrics, durationMs: number | null) =>
    html`<td class="first">${percent(image.auroc)}</td>
      <td>${percent(pixel.auroc)}</td>
      <td class="quiet">${seconds(durationMs)}</td>`;
  const notes = runs.flatMap(({ title, evaluation }) =>
    evaluation.classes.flatMap((one) => one.notes.map((note) => `${title}, ${one.className}: ${note}`)),
  );
  return html`<p class="quiet">
      AUROC in percent, per image and per pixel, and seconds an image. Pixel figures are taken at the size
      that each method renders its maps at.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th rowspan="2" scope="col">Class</th>
            ${runs.map(({ title }) => html`<th colspan="3" scope="colgroup" class="first">${title}</th>`)}
          </tr>
          <tr>
            ${runs.map(
              () =>
                html`<th scope="col" class="first">image</th>
                  <th scope="col">pixel</th>
                  <th scope="col">s/image</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${classes.map(
            ({ name }) =>
              html`<tr>
                <th scope="row"><a href="#${anchor(name)}">${name}</a></th>
                ${runs.map(({ evaluation }) => {
                  const one = evaluation.classes.find(({ className }) => className === name);
                  return one === undefined
                    ? html`<td class="first">–</td>
                        <td>–</td>
                        <td>–</td>`
                    : cells(one.image, one.pixel, one.meanDurationMs);
                })}
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Mean</th>
            ${runs.map(({ evaluation: { mean } }) => cells(mean.image, mean.pixel, mean.durationMs))}
          </tr>
        </tfoot>
      </table>
    </div>
    ${
      notes.length === 0
        ? html``
        : html`<ul class="quiet">
            ${notes.map((note) => html`<li>${note}</li>`)}
          </ul>`
    }
    <p class="quiet">
      Below, each class’s images come worst first by the scores of
      ${runs[leadingRun]?.title ?? 'the run'}${runs.length > 1 ? ', which has the best mean image AUROC here' : ''}.
    </p>`;
}

function legend({ runs }: RunReport): Html {
  const stops = Array.from({ length: 9 }, (_, i) => cssColour('inferno', i / 8)).join(', ');
  return html`<section class="legend" aria-label="Legend">
    <span class="key"
      ><span class="bar" style="background:linear-gradient(to right, ${stops})"></span> low to high on the
      run’s own scale, the same for every image</span
    >
    <span class="key"
      ><svg viewBox="0 0 32 12" aria-hidden="true">
        <path class="under" d="M2 6h28" />
        <path class="contour" d="M2 6h28" />
      </svg>
      map at its threshold: 99 % of the class’s good images lies below it</span
    >
    <span class="key"
      ><svg viewBox="0 0 32 12" aria-hidden="true">
        <path class="under" d="M2 6h28" />
        <path class="truth" d="M2 6h28" />
      </svg>
      ground truth</span
    >
    <span class="key"
      >${runs.length === 1 ? 'Score' : 'Scores'} under each map; scores of different methods are not on one
      scale.</span
    >
  </section>`;
}

function anchor(className: string): string {
  return `class-${encodeURIComponent(className)}`;
}

function classSection(report: RunReport, { name, pictures, imageCount }: ReportClass): Html {
  const left = imageCount - pictures.length;
  return html`<section class="class" id="${anchor(name)}">
    <h2>${name}</h2>
    <div class="scroll">
      <div class="grid" style="grid-template-columns: repeat(${report.runs.length + 1}, minmax(9rem, 16rem))">
        <div class="head">Image</div>
        ${report.runs.map(({ title }) => html`<div class="head">${title}</div>`)}
        ${pictures.map((picture) => pictureRow(report, picture))}
      </div>
    </div>
    ${left === 0 ? html`` : html`<p class="quiet">${left} more with lower scores are not shown.</p>`}
  </section> `;
}

function pictureRow({ runs }: RunReport, picture: ReportPicture): Html {
  const word = picture.label ?? 'no label';
  return html`<figure>
      ${frame(picture, picture.jpeg, picture.path, html``)}
      <figcaption>
        <span class="mark ${picture.label ?? 'none'}">${word}</span> <span class="path">${picture.path}</span>
      </figcaption>
    </figure>
    ${picture.overlays.map((overlay, i) => {
      const title = runs[i]?.title ?? '';
      if (overlay === null)
        return html`<figure>
          <div class="empty">no map</div>
          <figcaption>${title} could not score this image</figcaption>
        </figure>`;
      return html`<figure>
        ${frame(picture, overlay.jpeg, `Map of ${title} over ${picture.path}`, outline('contour', overlay.contourPath, overlay.sidePx))}
        <figcaption>score ${overlay.score.toFixed(3)}</figcaption>
      </figure>`;
    })} `;
}

function frame(picture: ReportPicture, jpeg: Uint8Array, alt: string, contour: Html): Html {
  const data = Buffer.from(jpeg).toString('base64');
  return html`<div class="frame" style="aspect-ratio:${picture.widthPx}/${picture.heightPx}">
    <img
      src="data:image/jpeg;base64,${data}"
      alt="${alt}"
    />${contour}${outline('truth', picture.maskPath, picture.maskSidePx)}
  </div>`;
}

function outline(kind: 'contour' | 'truth', path: string, sidePx: number): Html {
  if (path === '') return html``;
  return html`<svg viewBox="0 0 ${sidePx} ${sidePx}" preserveAspectRatio="none" aria-hidden="true">
    <path class="under" d="${path}" />
    <path class="${kind}" d="${path}" />
  </svg>`;
}
