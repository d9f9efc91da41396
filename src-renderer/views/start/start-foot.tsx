import Button from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { useMutation } from '@tanstack/react-query';
import { EyeOff, Play } from 'lucide-react';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { RunEstimate } from '../../../src-shared/domain/run.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { PageFoot } from '../../components/page-foot.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatDuration, joinWords } from '../../state/format.ts';
import { beginBlind, useReading } from '../../state/readings.ts';
import { imagesIn } from '../../state/run-plan.ts';
import { say } from '../../texts/say.ts';

interface StartFootProps {
  readonly dataset: Dataset;
  readonly className: string | null;
  readonly methodCount: number;
  /** What is started; null: nothing can be. */
  readonly question: MethodParams<'runs.createMany'> | null;
  readonly estimate: RunEstimate | null;
  /** Why it cannot be started as it stands. */
  readonly obstacle: string | null;
}

interface Start {
  readonly wanted: MethodParams<'runs.createMany'>;
  /** Whether what it finds stays hidden until there is a verdict. */
  readonly blind: boolean;
}

/** What the run costs, and the button that starts it: always in sight, never over the page. */
export function StartFoot(props: StartFootProps) {
  const { dataset, className, methodCount, question, estimate, obstacle } = props;
  const go = useAddressStore((state) => state.go);
  const client = useClient();
  const { isBlind, openedAtMs } = useReading(dataset.id);
  const start = useMutation({
    mutationFn: async ({ wanted, blind }: Start) => {
      if (blind) await beginBlind(client, dataset.id);
      return await client.call('runs.createMany', wanted);
    },
    onSuccess: ({ runs }) => {
      // A method that cannot run says so in the run switch; the strongest of the others is shown.
      const shown = runs.findLast(({ error }) => error === null) ?? runs.at(-1);
      go({ view: 'review', runId: shown?.id ?? null, imageId: null, className, methodIds: null });
    },
  });
  const imageCount = imagesIn(dataset, className);
  const canStart = question !== null && obstacle === null && imageCount > 0;
  return (
    <PageFoot
      cost={obstacle ?? (methodCount === 0 ? say('Choose at least one method.') : describeCost(estimate))}
      costTestId="run-cost"
      errorTitle={say('The run could not be started')}
      error={start.error}
    >
      <Button
        variant="contained"
        startIcon={<Play size={14} aria-hidden />}
        loading={start.isPending}
        disabled={!canStart}
        onClick={() => {
          if (question !== null) start.mutate({ wanted: question, blind: false });
        }}
      >
        {startWords(methodCount, imageCount)}
      </Button>
      {!isBlind && (
        <Tooltip title={describeBlind(openedAtMs !== null)}>
          <span>
            <Button
              variant="outlined"
              startIcon={<EyeOff size={14} aria-hidden />}
              disabled={!canStart || start.isPending}
              onClick={() => {
                if (question !== null) start.mutate({ wanted: question, blind: true });
              }}
            >
              {say('Read it blinded')}
            </Button>
          </span>
        </Tooltip>
      )}
    </PageFoot>
  );
}

function describeBlind(wasOpened: boolean): string {
  return wasOpened
    ? say(
        'Starts the run and hides what it finds. Scores of this data set were open before, so verdicts do not count as blinded.',
      )
    : say('Starts the run and hides scores, maps, names and labels until an image has your verdict.');
}

/** `Start on 115 images`, `Start 3 methods on 115 images`. */
function startWords(methodCount: number, imageCount: number): string {
  return methodCount > 1
    ? say('Start {methodCount, number} methods on {imageCount, plural, one {# image} other {# images}}', {
        methodCount,
        imageCount,
      })
    : say('Start on {imageCount, plural, one {# image} other {# images}}', { imageCount });
}

/** Time by what was measured here, or that nothing was; space by the size of the maps. */
function describeCost(estimate: RunEstimate | null): string {
  if (estimate === null) return '';
  const { durationMs, perImage, neededBytes } = estimate;
  const space = neededBytes === null ? null : formatSize(neededBytes);
  if (durationMs === null) {
    return space === null
      ? say('How long it takes is not known: no such run was made on this machine yet.')
      : say(
          'How long it takes is not known: no such run was made on this machine yet. Its results take about {space}.',
          {
            space,
          },
        );
  }
  const measured = joinWords([
    ...new Set(perImage.flatMap((one) => (one === null ? [] : [say('run {id}', { id: one.runId })]))),
  ]);
  return say('About {time} by what {measured} took on this machine. The results take about {space}.', {
    time: formatDuration(Math.max(1, durationMs / 1000)),
    measured,
    space: space ?? say('as much space as before'),
  });
}
