import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { objectWords } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { MethodInfo } from '../../../src-shared/domain/method.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import { promptTextLimits, type PromptMeasure } from '../../../src-shared/domain/prompt-text.ts';
import { parseDraft } from '../../state/prompt-drafts.ts';
import { draftFor, isWrittenMethod, type StartChoice } from '../../state/run-plan.ts';
import { usePromptMeasures } from '../../state/start-queries.ts';

interface MeasuredPromptsOptions {
  readonly methods: readonly MethodInfo[];
  readonly dataset: Dataset;
  readonly choice: StartChoice;
  readonly model: Model | null;
}

/** As many classes as are asked about. */
const mostObjects = promptTextLimits.sentences;

/** How the tokenizer reads the prompts of each method that writes some, in their order; a text that cannot be used is not asked about. */
export function useMeasuredPrompts(options: MeasuredPromptsOptions): readonly (PromptMeasure | undefined)[] {
  const { methods, dataset, choice, model } = options;
  const objects = dataset.classes
    .filter(({ name }) => choice.className === null || name === choice.className)
    .slice(0, mostObjects)
    .map(({ name }) => objectWords(name, choice.settings));
  const texts = methods.flatMap(({ id }) =>
    isWrittenMethod(id) ? [parseDraft(draftFor(id, choice)).text] : [],
  );
  const usable = texts.flatMap((text) => (text === null ? [] : [text]));
  const measures = usePromptMeasures(
    model === null || objects.length === 0
      ? []
      : usable.map(({ normal, abnormal, templates }) => ({
          text: { normal, abnormal, templates },
          objects,
          contextLength: model.config.text.contextLength,
        })),
  );
  return texts.map((text) => (text === null ? undefined : measures[usable.indexOf(text)]));
}
