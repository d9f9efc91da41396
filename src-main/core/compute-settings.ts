import {
  computeSettingKey,
  computeSettingsSchema,
  defaultComputeSettings,
  type ComputeSettings,
} from '../../src-shared/domain/compute-settings.ts';
import type { Repositories } from './db/repositories.ts';

/** How scans are computed from now on: what the command line said, else the setting. */
export function readComputeSettings(
  { settings }: Pick<Repositories, 'settings'>,
  override: Partial<ComputeSettings> = {},
): ComputeSettings {
  const stored = computeSettingsSchema.safeParse(settings.all()[computeSettingKey]);
  return { ...(stored.success ? stored.data : defaultComputeSettings), ...override };
}
