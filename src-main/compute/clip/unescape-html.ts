import { decodeEntity } from 'html-entities';

/** Numeric references that HTML reads as Windows-1252 (HTML standard, «numeric character reference end state»). */
const windows1252 = new Map(
  [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'].map((letter, index) => [0x80 + index, letter]),
);

const reference = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

/** A number as Python's html.unescape reads it: controls and non-characters vanish, what is no code point becomes U+FFFD. */
function decodeNumber(code: number): string {
  if (code === 0) return '\uFFFD';
  if (code === 0x0d) return '\r';
  const mapped = windows1252.get(code);
  if (mapped !== undefined) return mapped;
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\uFFFD';
  const isControl = (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c) || code === 0x7f;
  const isNonCharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return isControl || isNonCharacter ? '' : String.fromCodePoint(code);
}

function decodeName(name: string): string {
  // The longest name that HTML knows wins; the rest stays as text («&notit;» is «¬it;»).
  for (let length = name.length; length > 1; length--) {
    const entity = `&${name.slice(0, length)}`;
    const letters = decodeEntity(entity);
    if (letters !== entity) return letters + name.slice(length);
  }
  return `&${name}`;
}

/** HTML character references as Python's `html.unescape` turns them into letters, which is what CLIP was trained with. */
export function unescapeHtml(text: string): string {
  return text.replace(reference, (_match, body: string) => {
    if (!body.startsWith('#')) return decodeName(body);
    const digits = body.replace(/;$/u, '');
    return decodeNumber(/^#x/iu.test(digits) ? parseInt(digits.slice(2), 16) : parseInt(digits.slice(1), 10));
  });
}
