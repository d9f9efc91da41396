import { z } from 'zod';

/** Stable codes; the message beside a code is written for the user and names the file and what to do. */
export const errorCodeSchema = z.enum([
  'bad-request',
  'unknown-method',
  'not-found',
  'already-exists',
  'in-use',
  'unreadable',
  'unsupported',
  'corrupt-file',
  'too-large',
  'needs-choice',
  'incompatible',
  'unavailable',
  'cancelled',
  'compute-crashed',
  'disk-full',
  'busy',
  'forbidden',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

export const errorShapeSchema = z.object({ code: errorCodeSchema, message: z.string() }).readonly();
export type ErrorShape = z.infer<typeof errorShapeSchema>;

/** The one error class of the project: anything else that is thrown is a defect and crosses as `internal`. */
export class WorkbenchError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorkbenchError';
    this.code = code;
  }
}

/** Any thrown value as what may cross a process. */
export function toErrorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof WorkbenchError) return { code: thrown.code, message: thrown.message };
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
