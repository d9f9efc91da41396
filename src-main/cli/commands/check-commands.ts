import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';

/** `conformance DIR`: holds this build against reference numbers. Throws where anything that is built fails. */
export async function conformanceCommand(session: CliSession, folder: string): Promise<void> {
  const { items } = await session.call('app.conformance', { folder: path.resolve(folder) });
  const count = (state: (typeof items)[number]['state']) => items.filter((one) => one.state === state).length;
  const summary = { passed: count('pass'), failed: count('fail'), notAvailable: count('not available') };
  session.print(
    { items, summary },
    formatTable(
      ['item', 'state', 'error', 'tolerance', ''],
      items.map((one) => [
        one.item,
        one.state,
        one.error === null ? '-' : one.error.toExponential(1),
        one.tolerance,
        one.detail,
      ]),
    ) + `${summary.passed} pass, ${summary.failed} fail, ${summary.notAvailable} not available\n`,
  );
  if (items.length === 0)
    throw new WorkbenchError('not-found', `${folder} holds nothing that could be checked.`);
  if (summary.failed > 0)
    throw new WorkbenchError('incompatible', `${summary.failed} items of ${folder} do not conform.`);
}

/** `doctor`: versions, execution providers, data folder, free space. Throws where something needs mending. */
export async function doctorCommand(session: CliSession): Promise<void> {
  const { checks } = await session.call('app.doctor', {});
  if (session.madeDataFolder !== null)
    session.note(`The data folder ${session.madeDataFolder} was not there; it was made.`);
  session.print(
    { checks, madeDataFolder: session.madeDataFolder },
    formatTable(
      ['', 'check', 'found'],
      checks.map((one) => [one.state, one.name, one.detail]),
    ),
  );
  const broken = checks.filter((one) => one.state === 'error');
  if (broken.length > 0)
    throw new WorkbenchError('unavailable', `To be mended: ${broken.map((one) => one.name).join(', ')}.`);
}
