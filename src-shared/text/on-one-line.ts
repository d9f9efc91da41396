/** Words as they can stand in a terminal: some file names hold line ends or codes that terminals obey. */
export function onOneLine(words: string): string {
  return words.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (sign) => {
    const written = JSON.stringify(sign).slice(1, -1);
    // JSON leaves DEL and the C1 codes as they are; terminals obey those too.
    return written === sign ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : written;
  });
}
