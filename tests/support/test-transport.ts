import { readFileSync } from 'node:fs';
import type { AgentOptions } from 'node:https';
import { join } from 'node:path';
import { createHttpsTransport, type HttpTransport } from '../../src-main/core/downloads/https-transport.ts';

export const pemFile = join(import.meta.dirname, 'fixtures/test-server.pem');

/** Every name that ends in .test is this machine, and the test's certificate is trusted. */
export const testAgent: AgentOptions = {
  ca: readFileSync(pemFile),
  proxyEnv: {},
  lookup: (host, options, answer) => {
    if (!host.endsWith('.test')) answer(Object.assign(new Error(host), { code: 'ENOTFOUND' }), '', 4);
    else if (options.all === true) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    else answer(null, '127.0.0.1', 4);
  },
};

export function testTransport(idleMs = 10_000): HttpTransport {
  return createHttpsTransport({ agent: testAgent, idleMs });
}
