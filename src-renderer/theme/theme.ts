// What lives here: colours, sizes and the MUI theme made of them, for both modes.
// What may not: a colour with a tint among the greys (people judge images on them), or anything but appearance.
import { createTheme, type Theme } from '@mui/material/styles';
import type { ThemeMode } from '../state/appearance.ts';
import { palettes } from './tokens.ts';

const fontFamily = "'Inter Variable', system-ui, sans-serif";

/** MUI made calm and dense: 13 px text, 8 px grid, hairlines, no ripples, no capitals. */
export function createWorkbenchTheme(mode: ThemeMode, reducedMotion: boolean): Theme {
  const palette = palettes[mode];
  return createTheme({
    palette: {
      mode,
      primary: { main: palette.accent, dark: palette.accentHover, contrastText: palette.onAccent },
      error: { main: palette.defect },
      warning: { main: palette.unsure },
      success: { main: palette.good },
      text: { primary: palette.text, secondary: palette.textQuiet },
      divider: palette.line,
      background: { default: palette.surface, paper: palette.raised },
      action: { hover: palette.hover, selected: palette.accentSoft },
    },
    shape: { borderRadius: 6 },
    spacing: 8,
    typography: {
      fontFamily,
      fontSize: 13,
      htmlFontSize: 16,
      body1: { fontSize: 13, lineHeight: '20px' },
      body2: { fontSize: 13, lineHeight: '20px' },
      button: { fontSize: 13, textTransform: 'none', fontWeight: 500, letterSpacing: 0 },
      h6: { fontSize: 16, fontWeight: 600 },
    },
    transitions: reducedMotion ? { create: () => 'none' } : {},
    components: {
      MuiButtonBase: {
        defaultProps: { disableRipple: true },
        styleOverrides: {
          root: { '&.Mui-focusVisible': { outline: `2px solid ${palette.accent}`, outlineOffset: 2 } },
        },
      },
      MuiButton: {
        defaultProps: { disableElevation: true, size: 'small' },
        styleOverrides: {
          root: { minHeight: 32, padding: '4px 12px', lineHeight: '20px', whiteSpace: 'nowrap' },
          outlined: { borderColor: palette.edge, color: palette.text },
          text: { color: palette.text },
        },
      },
      MuiIconButton: {
        styleOverrides: {
          root: {
            borderRadius: 6,
            padding: 6,
            color: palette.textQuiet,
            '&:hover': { backgroundColor: palette.hover, color: palette.text },
          },
        },
      },
      MuiPaper: {
        styleOverrides: {
          root: { backgroundImage: 'none' },
          elevation8: { boxShadow: palette.shadow, border: `1px solid ${palette.line}` },
          elevation24: { boxShadow: palette.shadow, border: `1px solid ${palette.line}` },
        },
      },
      MuiDialogTitle: {
        styleOverrides: { root: { fontSize: 16, fontWeight: 600, padding: '16px 24px 8px' } },
      },
      MuiDialogContent: { styleOverrides: { root: { padding: '8px 24px 16px' } } },
      MuiDialogActions: { styleOverrides: { root: { padding: '8px 24px 16px' } } },
      MuiMenuItem: {
        styleOverrides: {
          root: {
            fontSize: 13,
            minHeight: 32,
            '&.Mui-selected, &.Mui-selected:hover': { backgroundColor: palette.accentSoft },
            '&.Mui-focusVisible': { outlineOffset: -2 },
          },
        },
      },
      MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
      MuiOutlinedInput: {
        styleOverrides: {
          root: {
            fontSize: 13,
            backgroundColor: palette.raised,
            '& fieldset': { borderColor: palette.edge },
          },
          input: { padding: '6px 10px', height: 20 },
        },
      },
      MuiSelect: { defaultProps: { size: 'small' } },
      MuiInputLabel: { styleOverrides: { root: { fontSize: 13 } } },
      MuiFormHelperText: {
        styleOverrides: { root: { fontSize: 12, marginLeft: 0, color: palette.textQuiet } },
      },
      MuiTooltip: {
        defaultProps: { enterDelay: 500, disableInteractive: true },
        styleOverrides: {
          tooltip: {
            fontSize: 12,
            lineHeight: '16px',
            backgroundColor: mode === 'dark' ? '#3d3d3d' : '#2b2b2b',
            color: '#f4f4f4',
          },
        },
      },
      MuiSlider: {
        defaultProps: { size: 'small' },
        styleOverrides: {
          root: { height: 4, padding: '12px 0', color: palette.text },
          rail: { opacity: 1, backgroundColor: palette.line },
          track: { border: 0 },
          thumb: {
            width: 14,
            height: 14,
            backgroundColor: palette.text,
            '&::before': { boxShadow: 'none' },
            '&:hover, &.Mui-focusVisible': { boxShadow: `0 0 0 4px ${palette.accentSoft}` },
            '&.Mui-focusVisible': { outline: `2px solid ${palette.accent}`, outlineOffset: 1 },
          },
        },
      },
      MuiLinearProgress: {
        styleOverrides: {
          root: { height: 4, borderRadius: 2, backgroundColor: palette.line },
          bar: { borderRadius: 2 },
        },
      },
      MuiToggleButton: {
        styleOverrides: {
          root: {
            padding: '4px 12px',
            minHeight: 32,
            color: palette.text,
            borderColor: palette.edge,
            '&.Mui-selected, &.Mui-selected:hover': {
              backgroundColor: palette.accentSoft,
              color: palette.text,
              boxShadow: `inset 0 0 0 1px ${palette.accent}`,
            },
          },
        },
      },
      MuiCheckbox: { styleOverrides: { root: { padding: 6, color: palette.edge } } },
      MuiRadio: { styleOverrides: { root: { padding: 6, color: palette.edge } } },
    },
  });
}
