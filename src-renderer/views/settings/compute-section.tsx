import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  computeSettingKey,
  type ComputeOffer,
  type ComputeSettings,
} from '../../../src-shared/domain/compute-settings.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import { ProviderRow } from './provider-row.tsx';
import styles from './settings-view.module.css';

const queryKey = ['compute'];

/** What computes a run, in which order it is tried, and with how many threads. */
export function ComputeSection() {
  const client = useClient();
  const queries = useQueryClient();
  const compute = useQuery({ queryKey, queryFn: () => client.call('app.compute', {}) });
  const save = useMutation({
    mutationFn: (settings: ComputeSettings) =>
      client.call('settings.set', {
        key: computeSettingKey,
        value: { providers: [...settings.providers], threads: settings.threads },
      }),
    onSuccess: (_, settings) => {
      queries.setQueryData<typeof compute.data>(queryKey, (known) => known && { ...known, settings });
    },
  });
  return (
    <section className={styles.section} aria-labelledby="compute-title">
      <h2 id="compute-title">{say('Computing')}</h2>
      <p className={styles.quiet}>
        {say('Applies to the next run. What a run was really computed by stands with its job.')}
      </p>
      {compute.isPending && <LinearProgress aria-label={say('Looking for what can compute')} />}
      {compute.error && (
        <ErrorNotice
          title={say('It could not be found out what can compute here')}
          error={compute.error}
          onRetry={() => void compute.refetch()}
        />
      )}
      {save.error && <ErrorNotice title={say('The choice was not stored')} error={save.error} />}
      {compute.data && (
        <>
          <Providers {...compute.data} onChange={save.mutate} />
          <Threads {...compute.data} onChange={save.mutate} />
        </>
      )}
    </section>
  );
}

interface PartProps {
  readonly offer: ComputeOffer;
  readonly settings: ComputeSettings;
  readonly onChange: (settings: ComputeSettings) => void;
}

function Providers({ offer, settings, onChange }: PartProps) {
  const { providers } = settings;
  const known = offer.providers.flatMap(({ id }) => (id === 'cpu' ? [] : [id]));
  // Wanted ones first, in their order; one that another machine had is shown, so that it can be taken out.
  const listed = [...providers, ...known.filter((id) => !providers.includes(id))];
  const change = (chosen: ComputeSettings['providers']) => {
    onChange({ ...settings, providers: chosen });
  };
  return (
    <ol className={styles.providers} aria-label={say('What computes, in the order to try')}>
      {listed.map((id) => {
        const place = providers.indexOf(id);
        const found = offer.providers.find((each) => each.id === id);
        return (
          <ProviderRow
            key={id}
            provider={id}
            remark={
              found === undefined
                ? say('not on this system')
                : found.bundled
                  ? null
                  : say('needs libraries that do not come with the program')
            }
            chosen={place >= 0}
            onChoose={(chosen) => {
              change(chosen ? [...providers, id] : providers.filter((each) => each !== id));
            }}
            onEarlier={
              place > 0
                ? () => {
                    const before = providers[place - 1];
                    if (before !== undefined) change(providers.with(place - 1, id).with(place, before));
                  }
                : null
            }
          />
        );
      })}
      <ProviderRow
        provider="cpu"
        remark={
          providers.length === 0 ? say('computes everything') : say('computes whatever the others cannot')
        }
        chosen
        onChoose={null}
        onEarlier={null}
      />
    </ol>
  );
}

function Threads({ offer, settings, onChange }: PartProps) {
  // Nothing typed is the word in the field's place: chosen by the program.
  const [typed, setTyped] = useState(settings.threads === 0 ? '' : String(settings.threads));
  const wanted = Number(typed);
  const isValid = /^\d{0,3}$/.test(typed.trim()) && wanted <= 256;
  const settle = () => {
    if (isValid && wanted === 0) setTyped('');
    if (isValid && wanted !== settings.threads) onChange({ ...settings, threads: wanted });
  };
  return (
    <TextField
      label={say('Threads on the processor')}
      value={typed}
      placeholder={say('Automatic')}
      error={!isValid}
      helperText={
        isValid
          ? say(
              'Empty: automatic, one for each of the {cores, plural, one {# core} other {# cores}}. More are rarely faster; fewer leave room for other programs. Memory hardly changes with them: it goes by the model and the size of the image.',
              { cores: offer.physicalCores },
            )
          : say('A whole number up to 256, or nothing for automatic.')
      }
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
      }}
      slotProps={{ htmlInput: { inputMode: 'numeric', maxLength: 3 }, inputLabel: { shrink: true } }}
      sx={{ maxWidth: 560, '& input': { width: 80 } }}
    />
  );
}
