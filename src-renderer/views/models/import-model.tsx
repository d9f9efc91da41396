import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  modelAnswersSchema,
  type ModelAnswers,
  type ModelPreview,
  type ModelQuestion,
} from '../../../src-shared/domain/model.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { PathField } from '../../components/path-field.tsx';
import { useClient } from '../../state/client-context.ts';
import { formatNames, modelFacts } from '../../state/model-words.ts';
import { say } from '../../texts/say.ts';
import styles from './models-view.module.css';

/** Reads a checkpoint, shows what was understood and asks what it leaves open, then imports it. */
export function ImportModel({ onClose }: { readonly onClose: () => void }) {
  const client = useClient();
  const [typed, setTyped] = useState('');
  const [path, setPath] = useState<string | null>(null);
  const [answers, setAnswers] = useState<ModelAnswers>({});
  const preview = useQuery({
    queryKey: ['model-preview', path, answers],
    queryFn: () => client.call('models.inspect', { path: path ?? '', answers }),
    enabled: path !== null,
    retry: false,
    gcTime: 0,
    staleTime: 0,
    placeholderData: (before) => (before?.path === path ? before : undefined),
  });

  return (
    <section className={styles.panel} aria-label={say('Import a model')}>
      <PathField
        label={say('CLIP checkpoint: a file (.pt, .pth, .bin, .safetensors) or a folder')}
        kind={{ file: 'checkpoint' }}
        value={typed}
        onChange={setTyped}
        submitLabel={say('Look inside')}
        pending={preview.isFetching}
        onSubmit={(chosen) => {
          setTyped(chosen);
          setAnswers({});
          if (chosen === path) void preview.refetch();
          else setPath(chosen);
        }}
      />
      {preview.isFetching && <LinearProgress aria-label={say('Reading the checkpoint')} />}
      {preview.error && !preview.isFetching && (
        <ErrorNotice title={say('The checkpoint could not be read')} error={preview.error} />
      )}
      {preview.data && !preview.error ? (
        <Understood
          key={preview.data.path}
          preview={preview.data}
          answers={answers}
          onAnswers={setAnswers}
          onClose={onClose}
        />
      ) : (
        <div className={styles.finish}>
          <Button onClick={onClose}>{say('Cancel')}</Button>
        </div>
      )}
    </section>
  );
}

interface UnderstoodProps {
  readonly preview: ModelPreview;
  readonly answers: ModelAnswers;
  readonly onAnswers: (answers: ModelAnswers) => void;
  readonly onClose: () => void;
}

function Understood({ preview, answers, onAnswers, onClose }: UnderstoodProps) {
  const client = useClient();
  const [name, setName] = useState(preview.suggestedName);
  // Questions stay on the page once answered, so that an answer can be changed.
  const [questions, setQuestions] = useState<readonly ModelQuestion[]>(preview.questions);
  const unseen = preview.questions.filter(({ field }) => questions.every((each) => each.field !== field));
  if (unseen.length > 0) setQuestions([...questions, ...unseen]);
  const start = useMutation({
    mutationFn: () => client.call('models.import', { path: preview.path, name: name.trim(), answers }),
    onSuccess: onClose,
  });

  return (
    <>
      <div>
        <h2>
          {formatNames[preview.format]}, {formatSize(preview.sizeBytes)}, {preview.sourceDtype}
        </h2>
        {preview.config && <p className={styles.quiet}>{modelFacts(preview.config)}</p>}
      </div>
      {questions.length > 0 && (
        <div className={styles.questions}>
          <p>
            {say(
              'The checkpoint does not say everything. A wrong answer gives wrong maps, so nothing is guessed:',
            )}
          </p>
          {questions.map((question) => (
            <div key={question.field} className={styles.question}>
              <p>{question.message}</p>
              <LabelledSelect
                label={say('Answer')}
                value={String(answers[question.field] ?? '')}
                options={[
                  { value: '', name: say('Choose…') },
                  ...question.choices.map((choice) => ({ value: String(choice), name: String(choice) })),
                ]}
                onChange={(chosen) => {
                  const choice = question.choices.find((each) => String(each) === chosen);
                  const parsed = modelAnswersSchema.safeParse({ ...answers, [question.field]: choice });
                  if (parsed.success) onAnswers(parsed.data);
                }}
              />
            </div>
          ))}
        </div>
      )}
      {start.error && <ErrorNotice title={say('The model could not be imported')} error={start.error} />}
      <div className={styles.finish}>
        <TextField
          label={say('Name')}
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
          slotProps={{ htmlInput: { maxLength: 80 } }}
          sx={{ maxWidth: 320 }}
        />
        <Button
          variant="contained"
          loading={start.isPending}
          disabled={preview.config === null || name.trim() === ''}
          onClick={() => {
            start.mutate();
          }}
        >
          {say('Import')}
        </Button>
        <Button onClick={onClose}>{say('Cancel')}</Button>
      </div>
    </>
  );
}
