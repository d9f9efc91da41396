// `npm run texts -- de`: makes or brings up to date the catalogue of a language; without a language, tells what each lacks.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { collectSentences } from './collect-sentences.mjs';
import { ensureNode, projectRoot } from './node-version.mjs';

await ensureNode();

const folder = path.join(projectRoot, 'src-renderer/texts/languages');
const calls = await collectSentences(path.join(projectRoot, 'src-renderer'));
const sentences = [...new Set(calls.flatMap(({ sentence }) => sentence ?? []))].sort();
const language = process.argv[2];

if (language === undefined) {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  console.log(`${sentences.length} sentences, ${names.length} translations.`);
  for (const name of names) report(name, await catalogueOf(path.join(folder, name)));
} else {
  // The tag becomes a file name.
  const [tag] = Intl.getCanonicalLocales(language);
  const file = path.join(folder, `${tag}.json`);
  const known = await catalogueOf(file);
  report(`${tag}.json`, known);
  // An empty translation is shown in English; sentences that are no longer said go.
  const entries = sentences.map((sentence) => [sentence, known[sentence] ?? '']);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  console.log(`Written: ${file}`);
}

async function catalogueOf(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Error(`${file} could not be read as JSON. Mend it or delete it, then run this again.`, {
      cause: error,
    });
  }
}

function report(name, catalogue) {
  const missing = sentences.filter((sentence) => !catalogue[sentence]);
  const obsolete = Object.keys(catalogue).filter((sentence) => !sentences.includes(sentence));
  console.log(`${name}: ${missing.length} to translate, ${obsolete.length} no longer said.`);
}
