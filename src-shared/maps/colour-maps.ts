import { colourMapData } from './colour-map-data.ts';

export const colourMapNames = ['inferno', 'viridis', 'turbo', 'jet', 'grey'] as const;
export type ColourMapName = (typeof colourMapNames)[number];

/** 256 colours, R, G, B each: 768 bytes, dark or cold first. Shared: do not write to it. */
export type ColourTable = Uint8Array;

function readTable(lines: readonly string[]): ColourTable {
  const digits = lines.join('');
  return Uint8Array.from({ length: 768 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

const tables: Readonly<Record<ColourMapName, ColourTable>> = {
  inferno: readTable(colourMapData.inferno),
  viridis: readTable(colourMapData.viridis),
  turbo: readTable(colourMapData.turbo),
  jet: readTable(colourMapData.jet),
  grey: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
};

export function colourTable(name: ColourMapName): ColourTable {
  return tables[name];
}

/** The colour of a value of 0-1 as CSS, for legends. */
export function cssColour(name: ColourMapName, value: number): string {
  const at = 3 * Math.round(255 * Math.min(1, Math.max(0, value)));
  return `rgb(${tables[name].subarray(at, at + 3).join(' ')})`;
}
