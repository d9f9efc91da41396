import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { ThemeProvider } from '@mui/material/styles';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useLayoutEffect, useMemo, type ReactNode } from 'react';
import { useAppearanceStore, type ThemeMode } from '../state/appearance.ts';
import { createWorkbenchTheme } from './theme.ts';
import { cssVariables } from './tokens.ts';

// A strict Content-Security-Policy lets in only style elements that carry the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const cache = createCache({ key: 'w', ...(nonce ? { nonce } : {}) });

export function useThemeMode(): ThemeMode {
  const choice = useAppearanceStore((state) => state.choice);
  const systemDark = useMediaQuery('(prefers-color-scheme: dark)', { noSsr: true });
  if (choice === 'system') return systemDark ? 'dark' : 'light';
  return choice;
}

/** Puts the chosen mode's colours on the page and into MUI. */
export function WorkbenchTheme({ children }: { readonly children: ReactNode }) {
  const mode = useThemeMode();
  const reducedMotion = useMediaQuery('(prefers-reduced-motion: reduce)', { noSsr: true });
  const theme = useMemo(() => createWorkbenchTheme(mode, reducedMotion), [mode, reducedMotion]);

  useLayoutEffect(() => {
    const { documentElement } = document;
    for (const [name, value] of Object.entries(cssVariables(mode))) {
      documentElement.style.setProperty(name, value);
    }
    documentElement.style.colorScheme = mode;
    documentElement.dataset.theme = mode;
  }, [mode]);

  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme}>{children}</ThemeProvider>
    </CacheProvider>
  );
}
