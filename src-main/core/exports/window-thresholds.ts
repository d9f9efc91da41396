import {
  chosenThresholdsSchema,
  nothingChosen,
  thresholdKey,
  thresholdSettingPrefix,
  type ChosenThresholds,
} from '../../../src-shared/domain/chosen-thresholds.ts';

/** What a person chose in the window for a class of a run; null: for the whole run. Files then say what was seen there. */
export function readWindowThresholds(
  settings: Readonly<Record<string, unknown>>,
  runId: number,
): (className: string | null) => ChosenThresholds {
  return (className) => {
    const parsed = chosenThresholdsSchema.safeParse(
      settings[thresholdSettingPrefix + thresholdKey(runId, className)],
    );
    return parsed.success ? parsed.data : nothingChosen;
  };
}
