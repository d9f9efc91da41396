import { cssColour } from '../../../src-shared/maps/colour-maps.ts';
import { withPercent } from '../../../src-shared/text/in-percent.ts';
import { html, type Html } from './html.ts';
import { anchor, runName } from './report-figures-html.ts';
import type { ReportClass, ReportOverlay, ReportPicture, RunReport } from './run-report.ts';

/** What the colours and lines of all pictures mean. */
export function legend({ runs }: RunReport): Html {
  const stops = Array.from({ length: 9 }, (_, i) => cssColour('inferno', i / 8)).join(', ');
  const line = (kind: string) =>
    html`<svg viewBox="0 0 32 12" aria-hidden="true">
      <path class="under" d="M2 6h28" />
      <path class="${kind}" d="M2 6h28" />
    </svg>`;
  return html`<section class="legend" aria-label="Legend">
    <span class="key"
      ><span class="bar" style="background:linear-gradient(to right, ${stops})"></span> low to high on the
      run’s own scale, the same for every image</span
    >
    <span class="key"
      >${line('contour')} map at its threshold; regions and their peaks are told under each map</span
    >
    <span class="key">${line('truth')} ground truth</span>
    <span class="key"
      >${runs.length === 1 ? 'Score' : 'Scores'} under each
      map${runs.length === 1 ? '' : '; scores of different methods are not on one scale, ranks are'}.</span
    >
  </section>`;
}

/** Images that the runs see most differently; nothing for one run. */
export function disagreementSection(report: RunReport): Html {
  const { disagreements, runs } = report;
  if (runs.length < 2) return html``;
  const intro = html`<p class="quiet">
    By how differently the runs rank an image within its class, largest difference first. «Flagged» and
    «passed» are at each run’s own score threshold.
  </p>`;
  return html`<section>
    <h2>Where the runs disagree most</h2>
    ${
      disagreements.length === 0
        ? html`<p class="quiet">They rank every image that they share alike.</p>`
        : html`${intro}${pictureRows(report, disagreements, true)}`
    }
  </section>`;
}

/** A class's images, worst first. */
export function classSection(report: RunReport, { name, pictures, imageCount }: ReportClass): Html {
  const left = imageCount - pictures.length;
  return html`<section class="class" id="${anchor(name)}">
    <h2>${name}</h2>
    ${pictureRows(report, pictures, false)}
    ${left === 0 ? html`` : html`<p class="quiet">${left} more with lower scores are not shown.</p>`}
  </section> `;
}

/** Pictures one below the other, each with every run's map. */
export function pictureRows(report: RunReport, pictures: readonly ReportPicture[], showClass: boolean): Html {
  const { runs } = report;
  return html`<div class="scroll">
    <div class="${runs.length === 1 ? 'rows pairs' : 'rows'}" style="--columns: ${runs.length + 1}">
      ${
        runs.length === 1
          ? html``
          : html`<div class="row heads">
              <div class="head">Image</div>
              ${runs.map((run) => html`<div class="head">${runName(run, false)}</div>`)}
            </div>`
      }
      ${pictures.map((picture) => pictureRow(report, picture, showClass))}
    </div>
  </div>`;
}

function pictureRow({ runs }: RunReport, picture: ReportPicture, showClass: boolean): Html {
  const word = picture.label ?? 'no label';
  return html`<div class="row">
    <figure>
      ${
        picture.jpeg === null
          ? html`<div class="empty">cannot be read</div>`
          : frame(picture, picture.jpeg, picture.path, html``)
      }
      <figcaption>
        <span class="mark ${picture.label ?? 'none'}">${word}</span
        >${showClass ? html` ${picture.className}` : html``}
        <span class="path">${picture.path}</span>
        ${picture.problem === null ? html`` : html`<span class="problem">${picture.problem}</span>`}
      </figcaption>
    </figure>
    ${picture.overlays.map((overlay, i) => {
      const title = runs[i]?.title ?? '';
      if (overlay === null)
        return html`<figure>
          <div class="empty">no map</div>
          <figcaption>
            ${picture.jpeg === null ? html`` : html`${title} could not score this image`}
          </figcaption>
        </figure>`;
      return html`<figure>
        ${frame(picture, overlay.jpeg, `Map of ${title} over ${picture.path}`, outline('contour', overlay.contourPath, overlay.sidePx))}
        <figcaption>
          score
          ${overlay.score.toFixed(3)}${runs.length === 1 ? html`` : html` · rank ${overlay.rank} of ${overlay.rankedCount}`}${verdict(picture, overlay)}${regionsOf(overlay)}
        </figcaption>
      </figure>`;
    })}
  </div>`;
}

/** Where the map is above its threshold: how much of the image, and how high. */
function regionsOf({ regions, regionCount }: ReportOverlay): Html {
  if (regionCount === 0) return html``;
  const listed = regions.map(({ share, peak }) => `${withPercent(share)} (peak ${peak.toPrecision(3)})`);
  const more = regionCount > regions.length ? `, ${regionCount - regions.length} more` : '';
  return html`<span class="regions"
    >${regionCount === 1 ? 'Region' : `${regionCount} regions`}: ${listed.join(', ')}${more}</span
  >`;
}

/** Whether the run would stop the image, and whether that is right. */
function verdict({ label }: ReportPicture, { prediction }: ReportOverlay): Html {
  if (prediction === null) return html``;
  if (prediction === 'unsure') return html` · to be looked at again`;
  const isFlagged = prediction === 'anomalous';
  const word = isFlagged ? 'flagged' : 'passed';
  if (label === null) return html` · ${word}`;
  const isRight = isFlagged === (label === 'anomalous');
  return html` ·
    <span class="verdict ${isRight ? 'right' : 'wrong'}">${word}, ${isRight ? 'rightly' : 'wrongly'}</span>`;
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
