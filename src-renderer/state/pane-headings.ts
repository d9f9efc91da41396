import { methodTitle } from '../../src-shared/domain/method-settings.ts';
import type { OperatingPoint } from '../../src-shared/domain/operating-point.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { say } from '../texts/say.ts';
import type { ComparedPane } from './compare-panes.ts';
import { formatMoment, formatScore, scoreSpan } from './format.ts';
import type { RunNames } from './run-words.ts';

export interface PaneHeadings {
  /** What tells each pane from the others, in the order of the panes. */
  readonly own: readonly string[];
  /** What is true of all of them; empty where nothing is. */
  readonly shared: string;
}

/** Facts of a pane in the order in which they are read; null where the run has none of a kind. */
const facts = [
  'name',
  'method',
  'model',
  'prompts',
  'object',
  'size',
  'settings',
  'part',
  'threshold',
] as const;
type Fact = (typeof facts)[number];
type Facts = Readonly<Record<Fact, string | null>>;

/** What differs between panes as their headings, what is equal once for all. */
export function paneHeadings(
  panes: readonly ComparedPane[],
  names: RunNames,
  points: readonly OperatingPoint[],
): PaneHeadings {
  const all = panes.map((pane) => factsOf(pane, names, points));
  const differs = (fact: Fact) => {
    const known = new Set(all.flatMap((each) => each[fact] ?? []));
    // A method that needs no model does not differ from the others by that, but settings may be those of one run only.
    const isOptional = fact === 'model';
    return known.size > 1 || (known.size === 1 && !isOptional && all.some((each) => each[fact] === null));
  };
  const apart = facts.filter(differs);
  const together = facts.filter((fact) => !differs(fact));
  const withoutThreshold = all.map((each) =>
    apart.flatMap((fact) => (fact === 'threshold' ? [] : (each[fact] ?? []))).join(' · '),
  );
  const own = panes.map(({ run }, place) => {
    const rest = withoutThreshold[place] ?? '';
    const isCutTwice = withoutThreshold.filter((each) => each === rest).length > 1;
    const threshold =
      all[place]?.threshold ?? (apart.includes('threshold') && isCutTwice ? say('cut as in Review') : null);
    const parts = [...(rest === '' ? [] : [rest]), ...(threshold === null ? [] : [threshold])];
    if (parts.length > 0) return parts.join(' · ');
    return apart.length > 0 ? say('usual settings') : beganAt(run);
  });
  return {
    // Runs that are alike in all that is known are told by when they were made.
    own: own.map((heading, place) => {
      const run = panes[place]?.run;
      const isTwin = own.filter((each) => each === heading).length > 1;
      return isTwin && run && heading !== beganAt(run) ? `${heading} · ${beganAt(run)}` : heading;
    }),
    shared: together
      .flatMap((fact) =>
        fact === 'threshold' ? [] : (all.find((each) => each[fact] !== null)?.[fact] ?? []),
      )
      .join(' · '),
  };
}

function beganAt({ createdAtMs }: Run): string {
  return formatMoment(createdAtMs);
}

function factsOf({ run, at }: ComparedPane, names: RunNames, points: readonly OperatingPoint[]): Facts {
  const { methodId, modelId, settings } = run;
  return {
    name: run.name ?? null,
    method: methodTitle(methodId, settings),
    model: modelId === null ? null : (names.models.find(({ id }) => id === modelId)?.name ?? modelId),
    prompts: promptWords(run, names),
    object: objectWords(run),
    size: settings.imageSizePx === undefined ? null : say('{size} px', { size: settings.imageSizePx }),
    settings: settingWords(run),
    part: run.className === undefined ? null : say('{className} only', { className: run.className }),
    threshold: thresholdWords(run, at, points),
  };
}

function promptWords(
  { promptSetId, settings: { promptText } }: Run,
  { promptSets }: RunNames,
): string | null {
  if (promptSetId !== null)
    return promptSets.find(({ id }) => id === promptSetId)?.name ?? say('prompts {id}', { id: promptSetId });
  if (promptText === undefined) return null;
  // A text without a name is long: it gets a short number, and stands in full with its run.
  return promptText.name ?? say('own words {number}', { number: shortNumber(promptText) });
}

function objectWords({ settings: { objectName, objectNames = {} } }: Run): string | null {
  const words = [
    ...(objectName === undefined ? [] : [`«${objectName}»`]),
    ...Object.entries(objectNames).map(([className, word]) => `${className} «${word}»`),
  ];
  return words.length === 0 ? null : words.join(', ');
}

/** FNV-1a of a value's JSON in a few letters. */
function shortNumber(value: object): string {
  let hash = 0x811c9dc5;
  for (const sign of JSON.stringify(value)) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x0100_0193);
  return (hash >>> 0).toString(36).slice(0, 4);
}

/** `DPAM qq · layers 6, 12`, in the papers' words; null where all are as usual. */
function settingWords({ settings }: Run): string | null {
  const { dpam, dpamBlocks, layers, sigmaPx, faPromptSelection, winclipAveraging, referenceSeed } = settings;
  const parts = [
    dpam !== undefined && say('DPAM {variant}', { variant: dpam }),
    dpamBlocks !== undefined &&
      say('DPAM in {count, plural, one {# block} other {# blocks}}', { count: dpamBlocks }),
    layers !== undefined && say('layers {list}', { list: layers.join(', ') }),
    sigmaPx !== undefined && say('σ {sigma}', { sigma: sigmaPx }),
    faPromptSelection !== undefined && say('patches: {choice}', { choice: faPromptSelection }),
    winclipAveraging !== undefined && say('averaging: {choice}', { choice: winclipAveraging }),
    referenceSeed !== undefined && say('seed {seed}', { seed: referenceSeed }),
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(' · ');
}

/** Where a pane cuts, in words; null: as Review does. */
export function thresholdWords(
  { scale }: Run,
  at: ComparedPane['at'],
  points: readonly OperatingPoint[],
): string | null {
  switch (at.kind) {
    case 'own':
      return null;
    case 'score':
      return say('score ≥ {value}', {
        value: formatScore(at.value, scoreSpan(scale)),
      });
    case 'map':
      return say('map ≥ {value}', { value: formatScore(at.value, scale ? scale.mapMax - scale.mapMin : 1) });
    case 'saved':
      return points.find(({ id }) => id === at.id)?.name ?? say('a threshold that is gone');
  }
}
