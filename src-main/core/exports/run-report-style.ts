import { Html } from './html.ts';

/** From so many runs on a printed page is turned: nine columns do not fit across an upright one. */
const landscapeFrom = 4;

/** The window's greys and marks (ui.md), light and dark, without a font of its own; printed on A4, always light. */
export function reportStyle(runCount: number, footer: string): Html {
  return new Html(`
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: ${Math.max(1280, 200 + 200 * (runCount + 1))}px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 24px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 8px; overflow-wrap: anywhere; }
h3 { font-size: 14px; margin: 24px 0 8px; }
p { margin: 0 0 8px; max-width: 48rem; }
a { color: var(--accent); }
.quiet { color: var(--quiet); }
.small { font-size: 12px; }
section { margin-top: 32px; }
.note { border-left: 3px solid var(--unsure); padding: 4px 0 4px 16px; }
ul { margin: 8px 0 0; padding-left: 20px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0 16px; }
caption { text-align: left; font-weight: 600; padding-bottom: 4px; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: baseline; }
th { font-weight: 600; }
thead tr + tr th { font-weight: 400; color: var(--quiet); }
th.group { text-align: left; border-bottom: 0; color: var(--quiet); }
th.name { text-align: left; padding-left: 0; white-space: normal; min-width: 7rem; max-width: 22rem; overflow-wrap: anywhere; }
tbody th.name { font-weight: 400; }
.first { padding-left: 24px; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
tfoot .published th, tfoot .published td, td.published { font-weight: 400; font-style: italic; }
tfoot .published > * { border-top: 1px solid var(--line); }
th.published { font-weight: 400; font-style: italic; white-space: normal; max-width: 8rem; }
.source { display: block; font-size: 11px; color: var(--quiet); }
.tag { font-size: 11px; font-style: normal; color: var(--quiet); border: 1px solid var(--line); border-radius: 2px; padding: 0 4px; }
.tables { display: flex; flex-wrap: wrap; gap: 8px 56px; align-items: start; }
.tables > * { max-width: 100%; }
.letter { display: inline-block; min-width: 1.5em; padding: 0 4px; border: 1px solid var(--quiet); border-radius: 2px; text-align: center; font-size: 12px; line-height: 1.4; font-weight: 600; }
.best { font-weight: 700; }
.best::before { content: '▲ '; font-size: 9px; vertical-align: 1px; }
.difference { display: inline-block; min-width: 3.2em; font-size: 11px; color: var(--quiet); font-weight: 400; }
.legend { display: flex; flex-wrap: wrap; gap: 8px 32px; padding: 12px 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); color: var(--quiet); }
.key { display: inline-flex; align-items: center; gap: 8px; }
.key svg { flex: none; width: 32px; height: 12px; background: #777; border-radius: 2px; }
.bar { flex: none; width: 96px; height: 12px; border-radius: 2px; }
.rows { display: grid; gap: 16px; }
.rows.pairs { grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 16px 40px; }
.pairs .row { grid-template-columns: 1fr 1fr; gap: 8px; }
.row { display: grid; gap: 16px; grid-template-columns: repeat(var(--columns), minmax(9rem, 16rem)); align-items: start; }
.head { color: var(--quiet); font-weight: 600; overflow-wrap: anywhere; }
figure { margin: 0; }
.frame { position: relative; background: var(--line); overflow: hidden; border-radius: 2px; }
.frame img, .frame svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.empty { display: grid; place-items: center; aspect-ratio: 1; background: var(--raised); color: var(--quiet); border: 1px dashed var(--line); }
path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.under { stroke: #000; stroke-opacity: 0.55; stroke-width: 3px; }
.contour { stroke: #fff; stroke-width: 1.25px; }
.truth { stroke: #5fe3ff; stroke-width: 1.5px; stroke-dasharray: 5 3; }
figcaption { padding-top: 4px; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
.path, .problem, .regions { display: block; }
td.word { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; }
strong.problem { display: inline; }
.sentences { margin: 8px 0 0; }
.problem { color: var(--unsure); }
.mark, .verdict { font-weight: 600; }
.mark.good { color: var(--good); }
.mark.anomalous { color: var(--defect); }
.mark.good::before { content: '● '; }
.mark.anomalous::before { content: '◆ '; }
.verdict.right { color: var(--text); font-weight: 400; }
.verdict.wrong { color: var(--unsure); }
.verdict.wrong::before { content: '✕ '; }
.rows + .quiet, .scroll + .quiet { margin-top: 12px; }
.lead { margin-bottom: -16px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 8px 48px; }
.facts h3 { border-bottom: 1px solid var(--line); padding-bottom: 4px; margin-top: 16px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.code { font-family: ui-monospace, SFMono-Regular, Consolas, 'DejaVu Sans Mono', monospace; font-size: 12px; word-break: break-all; }
@media screen and (max-width: 720px) { .difference { display: block; min-width: 0; } th, td { padding: 4px 8px; } .first { padding-left: 16px; } }
@page { size: A4 ${runCount >= landscapeFrom ? 'landscape' : 'portrait'}; margin: 14mm 14mm 16mm; @bottom-left { content: ${cssString(footer)}; font: 7.5pt system-ui, sans-serif; color: #565656; } @bottom-right { content: counter(page) ' / ' counter(pages); font: 7.5pt system-ui, sans-serif; color: #565656; } }
@media print {
  body { background: #fff; font-size: 9pt; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  th, td { padding: 2px ${runCount > 3 ? 5 : 7}px; }
  th.name { min-width: 6rem; max-width: 11rem; }
  .difference { min-width: 2.8em; font-size: 7pt; }
  ${runCount > 4 ? '' : '.means '}.difference { display: block; min-width: 0; }
  .small, .source { font-size: 7.5pt; }
  .first { padding-left: 12px; }
  section { margin-top: 20px; }
  h2, h3, .lead, .heads, .legend { break-after: avoid; }
  .row, .tables > *, .facts .run, tr { break-inside: avoid; }
  .rows { display: block; }
  .rows.pairs { display: grid; grid-template-columns: 1fr 1fr; gap: 10px 20px; }
  .pairs .row { grid-template-columns: 1fr 1fr; margin-bottom: 0; }
  thead { display: table-header-group; }
  .row { grid-template-columns: repeat(var(--columns), minmax(0, 14rem)); gap: 8px; margin-bottom: 10px; }
  figcaption { font-size: 7.5pt; }
  a { color: inherit; text-decoration: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`);
}

/** Words as a string of a style sheet: everything but letters, digits and spaces by its code point. */
function cssString(words: string): string {
  const escaped = [...words].map((sign) =>
    /[a-z0-9 ]/iu.test(sign) ? sign : `\\${(sign.codePointAt(0) ?? 0xfffd).toString(16)} `,
  );
  return `'${escaped.join('')}'`;
}

const light =
  '--surface: #f7f7f7; --raised: #fff; --line: #d6d6d6; --text: #1a1a1a; --quiet: #565656; --accent: #0a5fc2; --defect: #b8231a; --good: #14703f; --unsure: #8a5300;';
const dark =
  '--surface: #1b1b1b; --raised: #242424; --line: #353535; --text: #ededed; --quiet: #b2b2b2; --accent: #6cb0ff; --defect: #ff7a70; --good: #56cc8d; --unsure: #f2b53c;';
