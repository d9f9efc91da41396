import TextField from '@mui/material/TextField';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import styles from './settings-view.module.css';

const queryKey = ['settings', 'author'];

/** Whose name stands beside verdicts and thresholds. */
export function AuthorSection() {
  const client = useClient();
  const author = useQuery({
    queryKey,
    queryFn: async () => {
      const { author: stored } = (await client.call('settings.get', {})).values;
      return typeof stored === 'string' ? stored : '';
    },
  });
  return (
    <section className={styles.section} aria-labelledby="author-title">
      <h2 id="author-title">{say('Verdicts')}</h2>
      {author.error && <ErrorNotice title={say('Your name could not be read')} error={author.error} />}
      {author.data !== undefined && <NameField stored={author.data} />}
    </section>
  );
}

function NameField({ stored }: { readonly stored: string }) {
  const client = useClient();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(stored);
  const save = useMutation({
    mutationFn: (value: string) => client.call('settings.set', { key: 'author', value }),
    onSuccess: (_, value) => {
      queries.setQueryData(queryKey, value);
    },
  });
  const settle = () => {
    if (typed.trim() !== stored) save.mutate(typed.trim());
  };
  return (
    <>
      <TextField
        label={say('Your name')}
        placeholder={say('The name of your account')}
        value={typed}
        helperText={say(
          'Stands beside each verdict and threshold from now on. What was decided before keeps its name.',
        )}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle();
        }}
        slotProps={{ htmlInput: { maxLength: 100, spellCheck: false }, inputLabel: { shrink: true } }}
        sx={{ maxWidth: 560 }}
      />
      {save.error && <ErrorNotice title={say('Your name was not stored')} error={save.error} />}
    </>
  );
}
