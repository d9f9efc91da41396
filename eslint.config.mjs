// The rules of the house. The layer rules are the `layer(...)` lines: what a folder may not import.
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Forbids imports from `files` whose specifier matches one of `patterns` (regular expressions). */
function layer(files, patterns, ignores = []) {
  return {
    files,
    ignores,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: patterns.map(({ regex, message }) => ({ regex, message })) },
      ],
    },
  };
}

const electron = { regex: '^electron($|/)', message: "Only src-main/electron may import 'electron'." };
const react = {
  regex: '^(react|react-dom|konva|react-konva|@mui/|@emotion/)',
  message: 'User interface packages belong to src-renderer.',
};
const node = {
  regex: '^(node:|better-sqlite3|sharp|onnxruntime-node|ws$)',
  message: 'This folder runs in a browser too.',
};
const main = { regex: 'src-main/', message: 'This folder may not import the main process.' };
const renderer = { regex: 'src-renderer/', message: 'This folder may not import the renderer.' };
const hosts = {
  regex: '/(electron|web|cli|launch|serving)/',
  message: 'core, compute and images import no host.',
};
const otherHosts = {
  regex: '/(electron|web|cli|launch)/',
  message: 'What all hosts share knows none of them.',
};
const compute = {
  regex: '/compute/',
  message: 'What core and compute share knows nothing of who asks for it.',
};
const ort = { regex: '^onnxruntime-node', message: 'Only src-main/compute touches ONNX Runtime.' };
const sqlite = { regex: '^better-sqlite3', message: 'Only src-main/core/db touches SQLite.' };
const core = {
  regex: '/core/',
  message: 'The compute process, and what it shares with core, know nothing of core.',
};
const insideCompute = {
  regex: '/compute/(?!protocol\\.ts$)',
  message: 'Other processes see compute through compute/protocol.ts alone.',
};

export default tseslint.config(
  { ignores: ['node_modules', 'out', 'tests/e2e/results'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
    languageOptions: {
      parserOptions: {
        project: [
          'src-shared/tsconfig.json',
          'src-main/tsconfig.json',
          'src-renderer/tsconfig.json',
          'tests/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    // Says that React's compiler skips components with virtual lists; the compiler is not used.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    // Every text of the window goes through `say`, so that it can be translated.
    files: ['src-renderer/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXText[value=/\\p{L}{2}/u]',
          message: 'Give texts of the window to say(): src-renderer/texts/say.ts.',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(aria-label|aria-description|title|label|placeholder|alt|helperText|action|word|name)$/] > Literal[value=/\\p{L}{2}/u]',
          message: 'Give texts of the window to say(): src-renderer/texts/say.ts.',
        },
      ],
    },
  },
  layer(['src-shared/**/*.ts'], [main, renderer, electron, react, node]),
  layer(['src-renderer/**/*.{ts,tsx}'], [main, electron, node], ['src-renderer/vite.config.ts']),
  layer(['src-main/{images,system}/**/*.ts'], [renderer, electron, react, hosts, core, compute, ort, sqlite]),
  layer(['src-main/compute/**/*.ts'], [renderer, electron, react, hosts, core, sqlite]),
  layer(
    ['src-main/core/**/*.ts'],
    [renderer, electron, react, hosts, ort, sqlite, insideCompute],
    ['src-main/core/db/**'],
  ),
  layer(['src-main/core/db/**/*.ts'], [renderer, electron, react, hosts, ort, insideCompute]),
  layer(['src-main/serving/**/*.ts'], [renderer, electron, react, otherHosts, insideCompute, ort, sqlite]),
  layer(['src-main/{web,cli}/**/*.ts'], [renderer, electron, react, insideCompute, ort, sqlite]),
  layer(['src-main/electron/**/*.ts'], [renderer, react, insideCompute, ort, sqlite]),
  {
    files: ['tests/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
