import { describe, expect, it } from 'vitest';
import { contractMethods, replySchema, type MethodName } from '../../src-shared/contract/methods.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { createDispatch } from '../../src-main/core/dispatch.ts';
import { createRegistry, type AnyHandler } from '../../src-main/core/handlers/registry.ts';
import { openTestCore } from '../unit/core/support/harness.ts';

const names = Object.keys(contractMethods) as MethodName[];

/** A handler for every method that answers what `answers` says, or garbage. */
function dispatchWith(answers: Partial<Record<MethodName, AnyHandler>>) {
  const logs: string[] = [];
  const handlers = Object.fromEntries(
    names.map((name) => [name, answers[name] ?? (() => ({ garbage: true }))]),
  );
  return {
    logs,
    ...createDispatch(createRegistry([handlers]), (level, message) => void logs.push(`${level} ${message}`)),
  };
}

describe('the handler registry', () => {
  it('has one handler for every method of the contract in a real core', async () => {
    const { core } = await openTestCore();
    for (const method of names) {
      const reply = await core.dispatch({ id: 1, method, params: { surplus: true } });
      expect(reply, method).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
  });

  it('refuses a second handler for a method', () => {
    const handlers = Object.fromEntries(names.map((name) => [name, () => ({})]));
    expect(() => createRegistry([handlers, { 'app.info': () => ({}) }])).toThrow('app.info has two handlers');
  });

  it('refuses a handler that the contract does not know, and a contract with a method nobody handles', () => {
    expect(() => createRegistry([{ 'app.selfDestruct': () => ({}) }])).toThrow('no method of the contract');
    expect(() => createRegistry([{ 'app.info': () => ({}) }])).toThrow('have no handler');
  });
});

describe('dispatch', () => {
  it('answers an unknown method under the request’s id', async () => {
    const { dispatch } = dispatchWith({});
    for (const method of ['app.nothing', 'toString', '__proto__', 'constructor', '']) {
      expect(await dispatch({ id: 41, method, params: {} })).toMatchObject({
        id: 41,
        ok: false,
        error: { code: 'unknown-method' },
      });
    }
  });

  it('answers anything that is no request', async () => {
    const { dispatch } = dispatchWith({});
    const cases: [unknown, number][] = [
      [null, 0],
      ['app.info', 0],
      [[], 0],
      [{ method: 'app.info' }, 0],
      [{ id: 'seven', method: 'app.info', params: {} }, 0],
      [{ id: 2 ** 60, method: 'app.info', params: {} }, 0],
      [{ id: 7, method: 12 }, 7],
      [{ id: 7, method: 'app.info', params: {}, token: 'x' }, 7],
      [{ id: 7, method: 'x'.repeat(101), params: {} }, 7],
    ];
    for (const [request, id] of cases) {
      const reply = await dispatch(request);
      expect(replySchema.safeParse(reply).success).toBe(true);
      expect(reply).toMatchObject({ id, ok: false, error: { code: 'bad-request' } });
    }
  });

  it('says which parameter does not fit before any handler runs', async () => {
    let ran = false;
    const { dispatch } = dispatchWith({
      'datasets.get': () => {
        ran = true;
      },
    });
    for (const params of [
      undefined,
      null,
      {},
      { datasetId: 0 },
      { datasetId: '1' },
      { datasetId: 1, more: 1 },
      5,
    ]) {
      expect(await dispatch({ id: 1, method: 'datasets.get', params })).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
    const reply = await dispatch({ id: 1, method: 'datasets.get', params: { datasetId: 0 } });
    expect(reply).toMatchObject({ error: { message: expect.stringContaining('datasetId') } });
    expect(ran).toBe(false);
  });

  it('never lets an answer out that is not as agreed, and logs what was wrong with it', async () => {
    const { dispatch, logs } = dispatchWith({});
    for (const method of ['app.info', 'datasets.list', 'jobs.list', 'methods.list'] as const) {
      const reply = await dispatch({
        id: 1,
        method,
        params: method === 'methods.list' ? { modelId: null } : {},
      });
      expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
      expect(JSON.stringify(reply)).not.toContain('garbage');
    }
    expect(logs.some((line) => line.includes('The result of app.info does not fit'))).toBe(true);
  });

  it('drops what the contract does not name from an answer', async () => {
    const { dispatch } = dispatchWith({
      'app.info': () => ({ version: '1', dataFolder: '/d', host: 'web', homeFolder: '/h', secret: 'token' }),
    });
    expect(await dispatch({ id: 1, method: 'app.info', params: {} })).toEqual({
      id: 1,
      ok: true,
      result: { version: '1', dataFolder: '/d', host: 'web', homeFolder: '/h' },
    });
  });

  it('passes known errors on by code and logs unknown ones with their trace', async () => {
    const { dispatch, call, logs } = dispatchWith({
      'app.info': () => {
        throw new WorkbenchError('disk-full', 'No room.');
      },
      'jobs.list': () => Promise.reject(new TypeError('x is undefined')),
      'settings.get': () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
      'models.list': () => {
        throw 'a string';
      },
    });
    expect(await dispatch({ id: 1, method: 'app.info', params: {} })).toMatchObject({
      error: { code: 'disk-full', message: 'No room.' },
    });
    expect(logs).toEqual([]);
    expect(await dispatch({ id: 1, method: 'jobs.list', params: {} })).toMatchObject({
      error: { code: 'internal' },
    });
    expect(logs.at(-1)).toMatch(/jobs\.list failed: TypeError: x is undefined[\s\S]*at /);
    expect(await dispatch({ id: 1, method: 'settings.get', params: {} })).toMatchObject({
      error: { code: 'disk-full' },
    });
    expect(await dispatch({ id: 1, method: 'models.list', params: {} })).toMatchObject({
      error: { code: 'internal', message: 'a string' },
    });
    await expect(call('app.info', {})).rejects.toBeInstanceOf(WorkbenchError);
    await expect(call('jobs.list', {})).rejects.toMatchObject({ name: 'WorkbenchError', code: 'internal' });
  });
});
