/** What is still to come of a training. */
export interface WorkLeft {
  /** Images that still go through steps, over all epochs. */
  readonly images: number;
  /** Checkpoints that are still to be examined, the one that is being examined among them. */
  readonly examinations: number;
  /** What the one that is being examined took so far, and how much of it is done, 0-1; absent: none is. */
  readonly examining?: { readonly spentMs: number; readonly share: number };
}

export interface TrainingPace {
  stepped(imageCount: number, durationMs: number): void;
  examined(durationMs: number): void;
  /** Null until a step was made, where steps are to come. */
  secondsLeft(left: WorkLeft): number | null;
}

/** So many of the last steps say how fast it learns: it follows when the machine gets busy or free. */
const stepsRemembered = 32;

/**
 * How long a training still takes: its steps at the pace of the last ones, and its checkpoints as long as the last one took to
 * be examined. The first takes longest, because the features of its images are kept; before it, what it took so far says.
 */
export function createTrainingPace(): TrainingPace {
  let steps: { readonly imageCount: number; readonly durationMs: number }[] = [];
  let examinationMs: number | null = null;

  function imageMs(): number | null {
    const images = steps.reduce((sum, { imageCount }) => sum + imageCount, 0);
    return images === 0 ? null : steps.reduce((sum, { durationMs }) => sum + durationMs, 0) / images;
  }

  function examinationsMs({ examinations, examining }: WorkLeft): number {
    if (examining === undefined) return examinations * (examinationMs ?? 0);
    const { spentMs, share } = examining;
    const wholeMs = examinationMs ?? (share > 0 ? spentMs / share : spentMs);
    return Math.max(0, wholeMs - spentMs) + Math.max(0, examinations - 1) * wholeMs;
  }

  return {
    stepped(imageCount, durationMs) {
      steps = [...steps.slice(1 - stepsRemembered), { imageCount, durationMs }];
    },
    examined(durationMs) {
      examinationMs = durationMs;
    },
    secondsLeft(left) {
      const perImageMs = left.images === 0 ? 0 : imageMs();
      return perImageMs === null ? null : (left.images * perImageMs + examinationsMs(left)) / 1000;
    },
  };
}
