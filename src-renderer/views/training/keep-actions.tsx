import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Bookmark, BookmarkCheck, MessageSquareText, Play } from 'lucide-react';
import { useState } from 'react';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import type { Training, TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { NameDialog } from '../../components/name-dialog.tsx';
import { useAddressStore } from '../../state/address.ts';
import { checkpointToken } from '../../state/bench-checkpoints.ts';
import { useClient } from '../../state/client-context.ts';
import { queryRoots, usePromptSets } from '../../state/queries.ts';
import { keptName } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import styles from './training-page.module.css';

interface KeepActionsProps {
  readonly training: Training;
  readonly checkpoint: TrainingCheckpoint;
}

/** Tries the prompts of a checkpoint on a few images, makes prompts of it, and goes to the start page with them. */
export function KeepActions({ training, checkpoint }: KeepActionsProps) {
  const client = useClient();
  const queries = useQueryClient();
  const go = useAddressStore((state) => state.go);
  const { data: promptSets = [] } = usePromptSets();
  const [naming, setNaming] = useState(false);
  const usual = keptName(training, checkpoint.epoch);
  const keep = useMutation({
    mutationFn: (name: string) =>
      client.call('trainings.keep', { trainingId: training.id, epoch: checkpoint.epoch, name }),
    onSuccess: async () => {
      setNaming(false);
      await Promise.all(
        [queryRoots.prompts, queryRoots.methods, queryRoots.trainings].map((root) =>
          queries.invalidateQueries({ queryKey: [root] }),
        ),
      );
    },
  });
  const kept =
    promptSets.find(({ id }) => id === checkpoint.keptAsPromptSetId) ??
    promptSets.find(({ id }) => id === keep.data?.id);
  const use = useMutation({
    mutationFn: async () => kept?.id ?? (await keep.mutateAsync(usual)).id,
    onSuccess: (promptSetId) => {
      const method = methodIdSchema.safeParse(training.methodId);
      go({ view: 'start', promptSetId, methodIds: method.success ? [method.data] : null });
    },
  });
  return (
    <>
      <Button
        startIcon={<MessageSquareText size={14} aria-hidden />}
        onClick={() => {
          go({ view: 'prompts', checkpoint: checkpointToken(checkpoint) });
        }}
      >
        {say('Try on images')}
      </Button>
      {kept === undefined ? (
        <Button
          variant="outlined"
          startIcon={<Bookmark size={14} aria-hidden />}
          onClick={() => {
            keep.reset();
            setNaming(true);
          }}
        >
          {say('Keep these prompts')}
        </Button>
      ) : (
        <span className={styles.kept} role="status">
          <BookmarkCheck size={16} aria-hidden />
          {say('Kept as «{name}»', { name: kept.name })}
        </span>
      )}
      <Button
        variant="contained"
        startIcon={<Play size={14} aria-hidden />}
        loading={use.isPending}
        onClick={() => {
          use.mutate();
        }}
      >
        {say('Use in a run')}
      </Button>
      {use.error && <ErrorNotice title={say('The prompts could not be kept')} error={use.error} />}
      {naming && (
        <NameDialog
          title={say('Keep the prompts of epoch {epoch}', { epoch: checkpoint.epoch })}
          action={say('Keep')}
          name={usual}
          mostLetters={80}
          isPending={keep.isPending}
          error={keep.error}
          hint={() => say('They stand among the learned prompts in Models, and can be used in any run.')}
          onSubmit={(name) => {
            keep.mutate(name);
          }}
          onClose={() => {
            setNaming(false);
          }}
        />
      )}
    </>
  );
}
