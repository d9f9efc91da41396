import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { TrainingPlan } from '../../../src-shared/domain/training.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { describePlan } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';

interface PlanNotesProps {
  /** Null while it is not known. */
  readonly plan: TrainingPlan | null;
  readonly error: unknown;
}

/** What a training would learn from, and what speaks against it. */
export function PlanNotes({ plan, error }: PlanNotesProps) {
  if (error !== null && error !== undefined)
    return <ErrorNotice title={say('This cannot be learned as it stands')} error={error} />;
  if (plan === null) return null;
  return (
    <section className={page.section} aria-label={say('What it would be')} data-testid="training-plan">
      <p className={page.note}>
        <CircleCheck size={16} aria-hidden />
        <span className={page.noteText}>{describePlan(plan)}</span>
      </p>
      {plan.warnings.map(({ code, message }) => (
        <p key={code} className={page.note} data-kind="warning" data-code={code}>
          <TriangleAlert size={16} aria-hidden />
          <span className={page.noteText}>{message}</span>
        </p>
      ))}
    </section>
  );
}
