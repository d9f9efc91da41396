import { Html } from './html.ts';

/** The window's greys and marks (ui.md), light and dark, without a font of its own. */
export const reportStyle = new Html(`
:root { color-scheme: light dark; --surface: #f7f7f7; --raised: #fff; --line: #d6d6d6; --text: #1a1a1a; --quiet: #565656; --accent: #0a5fc2; --defect: #b8231a; --good: #14703f; --unsure: #8a5300; }
@media (prefers-color-scheme: dark) { :root { --surface: #1b1b1b; --raised: #242424; --line: #353535; --text: #ededed; --quiet: #b2b2b2; --accent: #6cb0ff; --defect: #ff7a70; --good: #56cc8d; --unsure: #f2b53c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1280px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 24px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 0; }
a { color: var(--accent); }
.quiet { color: var(--quiet); }
section { margin-top: 32px; }
.note { border-left: 3px solid var(--unsure); padding: 4px 0 4px 16px; }
.note ul, section > ul { margin: 0; padding-left: 20px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0 12px; }
th, td { padding: 4px 12px; text-align: right; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead tr + tr th { font-weight: 400; color: var(--quiet); }
thead th[colspan] { text-align: left; border-bottom: 0; }
tr > th:first-child[rowspan], tbody th, tfoot th { text-align: left; padding-left: 0; }
.first { padding-left: 24px; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 8px 32px; padding: 12px 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); color: var(--quiet); }
.key { display: inline-flex; align-items: center; gap: 8px; }
.key svg { width: 32px; height: 12px; background: #777; border-radius: 2px; }
.bar { width: 96px; height: 12px; border-radius: 2px; }
.grid { display: grid; gap: 16px; }
.head { color: var(--quiet); font-weight: 600; }
figure { margin: 0; break-inside: avoid; }
.frame { position: relative; background: var(--line); overflow: hidden; border-radius: 2px; }
.frame img, .frame svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.empty { display: grid; place-items: center; aspect-ratio: 1; background: var(--raised); color: var(--quiet); border: 1px dashed var(--line); }
path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.under { stroke: #000; stroke-opacity: 0.55; stroke-width: 3px; }
.contour { stroke: #fff; stroke-width: 1.25px; }
.truth { stroke: #5fe3ff; stroke-width: 1.5px; stroke-dasharray: 5 3; }
figcaption { padding-top: 4px; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
.mark { font-weight: 600; }
.mark.good { color: var(--good); }
.mark.anomalous { color: var(--defect); }
.mark.good::before { content: '● '; }
.mark.anomalous::before { content: '◆ '; }
@media print { body { background: #fff; } main { max-width: none; padding: 0; } .scroll { overflow: visible; } * { print-color-adjust: exact; } }
`);
