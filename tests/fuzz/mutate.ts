// What lives here: damaged foreign files by the thousand, and what becomes of the program that reads them.
// What may not: expectations about one file; those are unit tests.
import { crc32 } from 'node:zlib';

export type Random = () => number;

/** Numbers that lengths, counts and offsets are replaced by. */
const hostileNumbers = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];
const hostileLongs = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];

const below = (random: Random, limit: number) => Math.floor(random() * Math.max(1, limit));
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)] as T;

/** Damages a copy in one to four places; `others` lend foreign pieces. Never changes its arguments. */
export function mutateBytes(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let times = 1 + below(random, 4); times > 0 && bytes.length > 16; times--)
    bytes = mutateOnce(bytes, others, random);
  return bytes;
}

function mutateOnce(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  // Half of the damage goes to the beginning, where headers are.
  const reach = random() < 0.5 ? Math.min(256, bytes.length) : bytes.length;
  const at = below(random, reach - 8);
  switch (below(random, 11)) {
    case 0:
      bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
      return bytes;
    case 1:
      bytes[at] = below(random, 256);
      return bytes;
    case 2:
      return writeNumber(bytes, at, pick(random, hostileNumbers), random);
    case 3:
      if (random() < 0.5) bytes.writeBigUInt64LE(pick(random, hostileLongs), at);
      else bytes.writeBigUInt64BE(pick(random, hostileLongs), at);
      return bytes;
    case 4:
      return bytes.subarray(0, at + 1);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 200))]);
    case 6: {
      const piece = bytes.subarray(at, at + 1 + below(random, 300));
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    }
    case 7: {
      const other = pick(random, others.length === 0 ? [bytes] : others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(random, other.length))]);
    }
    case 8:
      bytes.fill(pick(random, [0, 0xff]), at, Math.min(bytes.length, at + 1 + below(random, 64)));
      return bytes;
    case 9:
      return editLength(bytes, random);
    default:
      return Buffer.concat([bytes, Buffer.alloc(below(random, 400), below(random, 256))]);
  }
}

function writeNumber(bytes: Buffer, at: number, value: number, random: Random): Buffer {
  switch (below(random, 4)) {
    case 0:
      bytes.writeUInt16LE(value & 0xffff, at);
      break;
    case 1:
      bytes.writeUInt16BE(value & 0xffff, at);
      break;
    case 2:
      bytes.writeUInt32LE(value, at);
      break;
    default:
      bytes.writeUInt32BE(value, at);
  }
  return bytes;
}

/** Finds a number that could be a length or an offset and makes it a little, or very, wrong. */
function editLength(bytes: Buffer, random: Random): Buffer {
  for (let tries = 0; tries < 60; tries++) {
    const at = below(random, bytes.length - 8);
    const isLittle = random() < 0.5;
    const value = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    if (value < 2 || value > bytes.length) continue;
    const wrong = pick(random, [
      value - 1,
      value + 1,
      value * 2,
      value + bytes.length,
      0x7fffffff,
      0xfffffff0,
    ]);
    if (isLittle) bytes.writeUInt32LE(wrong >>> 0, at);
    else bytes.writeUInt32BE(wrong >>> 0, at);
    return bytes;
  }
  return bytes;
}

/** Puts right the checksums of a PNG, so that the damage gets past them. */
export function repairPng(bytes: Buffer): Buffer {
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}

/** Takes the checksums out of a zip's directory, as torch.save leaves them out on request. */
export function forgetZipChecksums(bytes: Buffer): Buffer {
  for (let at = 0; (at = bytes.indexOf('PK\x01\x02', at, 'latin1')) >= 0; at += 4)
    if (at + 20 <= bytes.length) bytes.writeUInt32LE(0, at + 16);
  return bytes;
}

const hostileTexts = [
  '',
  ' ',
  '.',
  '..',
  '../../../../../../etc/passwd',
  '/etc/passwd',
  '/dev/zero',
  '/proc/self/mem',
  'C:\\Windows\\win.ini',
  '\\\\server\\share\\x.png',
  'file:///etc/passwd',
  'a\u0000b.png',
  'a\nb.png',
  '\u202egnp.exe',
  '\ud800',
  '=HYPERLINK("http://x")',
  '<script>alert(1)</script>',
  "'; DROP TABLE images; --",
  '__proto__',
  'constructor',
  'NaN',
  '-1',
  '1e999',
  '9007199254740993',
  'x'.repeat(5000),
  'é'.repeat(400),
];

const hostileValues: readonly unknown[] = [
  ...hostileTexts,
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  [],
  {},
  [[]],
  [null],
  [1, 2, 3],
  { __proto__: null, length: 5 },
];

/** Damages JSON as a tree (values, keys, repeated and nested parts), now and then its bytes too. */
export function mutateJson(text: string, random: Random): Buffer {
  let tree: unknown = JSON.parse(text);
  for (let times = 1 + below(random, 3); times > 0; times--) tree = mutateTree(tree, random);
  let made = Buffer.from(JSON.stringify(tree) ?? 'null');
  if (random() < 0.1) made = Buffer.concat([Buffer.from('\ufeff'), made]);
  if (random() < 0.1) made = Buffer.from(`${'['.repeat(below(random, 60_000))}${made.toString()}`);
  return random() < 0.25 ? mutateBytes(made, [], random) : made;
}

function mutateTree(tree: unknown, random: Random, depth = 0): unknown {
  if (typeof tree !== 'object' || tree === null || (depth > 0 && random() < 0.15))
    return pick(random, hostileValues);
  if (Array.isArray(tree)) {
    const items: unknown[] = [...(tree as readonly unknown[])];
    const at = below(random, items.length);
    switch (below(random, 5)) {
      case 0:
        items.splice(at, 1);
        return items;
      case 1:
        items.splice(at, 0, ...Array.from({ length: 1 + below(random, 200) }, () => items[at]));
        return items;
      case 2:
        items.splice(at, 0, pick(random, hostileValues));
        return items;
      default:
        if (items.length > 0) items[at] = mutateTree(items[at], random, depth + 1);
        return items;
    }
  }
  const entries = Object.entries(tree);
  const at = below(random, entries.length);
  const [key, value] = entries[at] ?? ['x', null];
  switch (below(random, 7)) {
    case 0:
      return Object.fromEntries(entries.filter((_, i) => i !== at));
    case 1:
      return Object.fromEntries(
        entries.map(([name, one], i) => [i === at ? pick(random, hostileTexts) : name, one]),
      );
    case 2:
      return { ...tree, [pick(random, hostileTexts)]: value };
    default:
      return { ...tree, [key]: mutateTree(value, random, depth + 1) };
  }
}

/** Damages a table: cells, columns, quotes, line ends, encodings, now and then its bytes too. */
export function mutateTable(text: string, random: Random): Buffer {
  const separator = text.includes('\t') ? '\t' : text.includes(',') ? ',' : ' ';
  const rows = text.split('\n').map((line) => line.split(separator));
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const row = rows[below(random, rows.length)] ?? [];
    const at = below(random, row.length);
    switch (below(random, 8)) {
      case 0:
        row[at] = pick(random, hostileTexts);
        break;
      case 1:
        row.splice(at, 1);
        break;
      case 2:
        row.splice(at, 0, ...Array.from({ length: 1 + below(random, 50) }, () => pick(random, hostileTexts)));
        break;
      case 3:
        row[at] = `"${row[at] ?? ''}`;
        break;
      case 4:
        rows.splice(below(random, rows.length), 1);
        break;
      case 5:
        rows.push(...Array.from({ length: 1 + below(random, 300) }, () => row));
        break;
      case 6:
        row[at] = `${row[at] ?? ''}\0`;
        break;
      default:
        rows[0] = [...(rows[0] ?? [])].reverse();
    }
  }
  const made = rows.map((row) => row.join(separator)).join(pick(random, ['\n', '\r\n', '\r', '\n\n']));
  const encoding = pick(random, ['utf8', 'utf8', 'utf8', 'utf16le', 'latin1'] as const);
  const bytes = Buffer.from(random() < 0.1 ? `\ufeff${made}` : made, encoding);
  return random() < 0.25 ? mutateBytes(bytes, [], random) : bytes;
}
