import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Repositories } from '../db/repositories.ts';
import { exportPayloadSchema, type ExportPayload } from './export-job.ts';

/** What an export job was asked to do. Throws `not-found`. */
export function requireExport({ jobs }: Pick<Repositories, 'jobs'>, jobId: number): ExportPayload {
  const payload = exportPayloadSchema.safeParse(jobs.payload(jobId, 'export'));
  if (!payload.success) throw new WorkbenchError('not-found', `There is no export ${jobId}.`);
  return payload.data;
}
