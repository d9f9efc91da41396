import type { ThemeMode } from '../state/appearance.ts';

/** One mode's colours. Greys have equal parts of red, green and blue. */
export interface Palette {
  /** Behind the image. */
  readonly canvas: string;
  readonly surface: string;
  readonly raised: string;
  readonly hover: string;
  readonly line: string;
  /** Edges of controls: 3:1 against surfaces. */
  readonly edge: string;
  readonly text: string;
  readonly textQuiet: string;
  readonly accent: string;
  /** The accent under the pointer. */
  readonly accentHover: string;
  /** Behind what is selected. */
  readonly accentSoft: string;
  readonly onAccent: string;
  readonly defect: string;
  readonly good: string;
  readonly unsure: string;
  readonly shadow: string;
}

export const palettes: Readonly<Record<ThemeMode, Palette>> = {
  dark: {
    canvas: '#121212',
    surface: '#1b1b1b',
    raised: '#242424',
    hover: '#303030',
    line: '#353535',
    edge: '#757575',
    text: '#ededed',
    textQuiet: '#b2b2b2',
    accent: '#6cb0ff',
    accentHover: '#93c6ff',
    accentSoft: '#1f3550',
    onAccent: '#0b1622',
    defect: '#ff7a70',
    good: '#56cc8d',
    unsure: '#f2b53c',
    shadow: '0 8px 24px rgba(0, 0, 0, 0.5)',
  },
  light: {
    canvas: '#e2e2e2',
    surface: '#f7f7f7',
    raised: '#ffffff',
    hover: '#ebebeb',
    line: '#d6d6d6',
    edge: '#7d7d7d',
    text: '#1a1a1a',
    textQuiet: '#565656',
    accent: '#0a5fc2',
    accentHover: '#084c9c',
    accentSoft: '#d9e8fa',
    onAccent: '#ffffff',
    defect: '#b8231a',
    good: '#14703f',
    unsure: '#8a5300',
    shadow: '0 8px 24px rgba(0, 0, 0, 0.16)',
  },
};

/** CSS custom properties that the style sheets read. */
export function cssVariables(mode: ThemeMode): Readonly<Record<string, string>> {
  const palette = palettes[mode];
  return {
    '--canvas': palette.canvas,
    '--surface': palette.surface,
    '--raised': palette.raised,
    '--hover': palette.hover,
    '--line': palette.line,
    '--edge': palette.edge,
    '--text': palette.text,
    '--text-quiet': palette.textQuiet,
    '--accent': palette.accent,
    '--accent-soft': palette.accentSoft,
    '--on-accent': palette.onAccent,
    '--defect': palette.defect,
    '--good': palette.good,
    '--unsure': palette.unsure,
    '--shadow': palette.shadow,
  };
}
