// Finds every sentence that the window says, for translators and for the test of the texts.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

const sayers = new Set(['say', 'sayNodes']);

/** Every call of `say` and `sayNodes` under a folder, in the order of files and lines. */
export async function collectSentences(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const calls = [];
  for (const file of files) calls.push(...callsIn(file, await readFile(file, 'utf8')));
  return calls;
}

function callsIn(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const calls = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && sayers.has(node.expression.text)) {
      const [sentence, values] = node.arguments;
      calls.push({
        file,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        sentence: sentence && ts.isStringLiteralLike(sentence) ? sentence.text : null,
        valueNames: namesOf(values),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

/** Names of the values given; empty without any, null where an object's keys cannot be read off. */
function namesOf(values) {
  if (!values) return [];
  if (!ts.isObjectLiteralExpression(values)) return null;
  if (values.properties.some((property) => !property.name || ts.isSpreadAssignment(property))) return null;
  return values.properties.map((property) => property.name.text);
}
