import { describe, expect, it } from 'vitest';
import { createTrainingPace } from '../../../src-main/core/training/training-pace.ts';

describe('the time left of a training', () => {
  it('is not known before the first step, unless no step is to come', () => {
    const pace = createTrainingPace();
    expect(pace.secondsLeft({ images: 10, examinations: 1 })).toBeNull();
    expect(pace.secondsLeft({ images: 0, examinations: 1 })).toBe(0);
  });

  it('follows the pace of the last steps', () => {
    const pace = createTrainingPace();
    pace.stepped(4, 2000);
    expect(pace.secondsLeft({ images: 10, examinations: 0 })).toBe(5);
    for (let step = 0; step < 32; step++) pace.stepped(2, 200);
    expect(pace.secondsLeft({ images: 10, examinations: 0 })).toBe(1);
  });

  it('holds what the validation of every epoch to come takes, as long as the last one took', () => {
    const pace = createTrainingPace();
    pace.stepped(1, 1000);
    expect(pace.secondsLeft({ images: 10, examinations: 2 })).toBe(10);
    pace.examined(60_000);
    pace.examined(20_000);
    expect(pace.secondsLeft({ images: 10, examinations: 2 })).toBe(50);
    expect(pace.secondsLeft({ images: 0, examinations: 1 })).toBe(20);
  });

  it('goes down while a checkpoint is examined, and never below what else is to come', () => {
    const pace = createTrainingPace();
    pace.stepped(1, 1000);
    pace.examined(20_000);
    const left = (spentMs: number) =>
      pace.secondsLeft({ images: 5, examinations: 2, examining: { spentMs, share: 0.5 } });
    expect([left(0), left(15_000), left(90_000)]).toEqual([45, 30, 25]);
  });

  it('takes the first examination as long as its share says', () => {
    const pace = createTrainingPace();
    pace.stepped(1, 1000);
    const left = (spentMs: number, share: number) =>
      pace.secondsLeft({ images: 0, examinations: 3, examining: { spentMs, share } });
    expect(left(0, 0)).toBe(0);
    // A quarter took 5 s: 15 s are left of it, and two more of 20 s.
    expect(left(5000, 0.25)).toBe(55);
  });
});
