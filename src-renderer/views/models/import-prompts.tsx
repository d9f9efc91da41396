import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PathField } from '../../components/path-field.tsx';
import { useClient } from '../../state/client-context.ts';
import { queryRoots } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './models-view.module.css';

interface ImportPromptsProps {
  readonly onClose: () => void;
  readonly onImported: (promptSet: PromptSet) => void;
}

/** Takes learned prompts out of a released checkpoint into the library. */
export function ImportPrompts({ onClose, onImported }: ImportPromptsProps) {
  const client = useClient();
  const queries = useQueryClient();
  const [path, setPath] = useState('');
  const start = useMutation({
    mutationFn: (chosen: string) => client.call('prompts.import', { path: chosen }),
    onSuccess: async (imported) => {
      onClose();
      onImported(imported);
      await queries.invalidateQueries({ queryKey: [queryRoots.prompts] });
    },
  });
  return (
    <section className={styles.panel} aria-label={say('Import prompts')}>
      <PathField
        label={say('Learned prompts of AnomalyCLIP or FAPrompt (.pth, .safetensors)')}
        kind={{ file: 'prompts' }}
        value={path}
        onChange={setPath}
        submitLabel={say('Import')}
        pending={start.isPending}
        onSubmit={(chosen) => {
          start.mutate(chosen);
        }}
      />
      {start.error && <ErrorNotice title={say('The prompts could not be imported')} error={start.error} />}
      <div className={styles.finish}>
        <Button onClick={onClose}>{say('Cancel')}</Button>
      </div>
    </section>
  );
}
