/** Every translation, a JSON file a language: `{ "English sentence": "its translation" }`; read when it is chosen. */
export const catalogues = import.meta.glob<Readonly<Record<string, string>>>('./languages/*.json', {
  import: 'default',
});
