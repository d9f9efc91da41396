import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import type { TrainingPlan } from '../../../src-shared/domain/training.ts';
import { PageFoot } from '../../components/page-foot.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { queryRoots } from '../../state/queries.ts';
import { describeTrainingCost } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';

interface SetUpFootProps {
  /** Null: it cannot be started as it stands. */
  readonly order: MethodParams<'trainings.plan'> | null;
  /** Empty: as it is called by itself. */
  readonly name: string;
  readonly plan: TrainingPlan | null;
  /** Whether the plan says that it cannot be. */
  readonly isRefused: boolean;
  /** Why it cannot be started, in a sentence. */
  readonly obstacle: string | null;
}

/** What the training costs, and the button that starts it: always in sight. */
export function SetUpFoot({ order, name, plan, isRefused, obstacle }: SetUpFootProps) {
  const go = useAddressStore((state) => state.go);
  const client = useClient();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: (wanted: MethodParams<'trainings.start'>) => client.call('trainings.start', wanted),
    onSuccess: async (training) => {
      await queries.invalidateQueries({ queryKey: [queryRoots.trainings, 'list'] });
      go({ view: 'training', trainingId: training.id, epoch: null });
    },
  });
  const isEmpty = plan !== null && plan.imageCount === 0;
  return (
    <PageFoot
      cost={
        obstacle ??
        (plan === null || isRefused
          ? ''
          : describeTrainingCost(plan, order !== null && order.validation !== null))
      }
      costTestId="training-cost"
      errorTitle={say('The training could not be started')}
      error={start.error}
    >
      <Button
        variant="contained"
        startIcon={<Play size={14} aria-hidden />}
        loading={start.isPending}
        disabled={order === null || isRefused || isEmpty}
        onClick={() => {
          if (order !== null) start.mutate({ ...order, ...(name === '' ? {} : { name }) });
        }}
      >
        {say('Start the training')}
      </Button>
    </PageFoot>
  );
}
