import { createElement, Fragment, type ReactNode } from 'react';
import { formatOf } from './say.ts';

/**
 * As `say`, with elements in the sentence's places: `sayNodes('{name} of {total}', { name: <b>{name}</b>, total })`.
 * The elements take whatever place the translation gives them.
 */
export function sayNodes(sentence: string, values: Readonly<Record<string, ReactNode>>): ReactNode {
  const parts = formatOf(sentence).formatToParts<ReactNode>(values);
  // Children one by one, not as a list: a sentence's parts never change places, so they need no keys.
  return createElement(Fragment, null, ...parts.map((part) => part.value));
}
