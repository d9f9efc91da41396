import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { readAhead } from '../../../src-renderer/state/read-ahead.ts';
import { Client } from '../../../src-renderer/transport/client.ts';
import type { Transport } from '../../../src-renderer/transport/transport.ts';

/** What is asked for where the window is opened with this address. */
function askedAt(hash: string): readonly string[] {
  const asked: string[] = [];
  const transport: Transport = {
    request: (method, params) => {
      asked.push(`${method} ${JSON.stringify(params)}`);
      return Promise.resolve({ id: 1, ok: false, error: { code: 'not-found', message: 'Not here.' } });
    },
    onEvent: () => () => undefined,
    connection: () => 'connected',
    onConnection: () => () => undefined,
    pickers: null,
    desktop: null,
    pathOfDropped: () => null,
  };
  readAhead(new Client(transport), new QueryClient(), hash);
  return asked;
}

describe('reading ahead of the views', () => {
  it('asks for all images and all scores where the address shows them', () => {
    const both = ['images.columns {"datasetId":3,"runId":null}', 'runs.scores {"runId":5}'];
    expect(askedAt('#/images?set=3&run=5')).toEqual(both);
    expect(askedAt('#/review?set=3&run=5&image=17')).toEqual(both);
    expect(askedAt('#/thresholds?set=3&run=5')).toEqual(both.slice(1));
    expect(askedAt('#/compare?set=3&run=5&runs=5,6')).toEqual(both.slice(0, 1));
    expect(askedAt('#/images?set=3')).toEqual(both.slice(0, 1));
  });

  it.each([
    '',
    '#/',
    '#/data',
    '#/models?set=3&run=5',
    '#/images?set=0&run=-5',
    '#/images?set=3.5&run=1e3',
    '#/images?set=99999999999999999999',
  ])('asks for nothing at «%s»', (hash) => {
    expect(askedAt(hash)).toEqual([]);
  });
});
