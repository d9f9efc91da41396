import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { RotateCcw, Save, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { PromptText, SavedPromptText } from '../../../src-shared/domain/prompt-text.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useClient } from '../../state/client-context.ts';
import {
  draftOf,
  draftParts,
  partNames,
  type DraftPart,
  type PromptDraft,
} from '../../state/prompt-drafts.ts';
import { useSavedTexts } from '../../state/start-queries.ts';
import { say } from '../../texts/say.ts';
import { NameDialog } from './name-dialog.tsx';
import styles from './prompts-section.module.css';

interface PromptEditorProps {
  /** Of the method. */
  readonly name: string;
  readonly draft: PromptDraft;
  /** Whether it is the method's own. */
  readonly isOwn: boolean;
  readonly problem: { readonly part: DraftPart; readonly message: string } | null;
  /** Null where the draft cannot be used. */
  readonly text: PromptText | null;
  /** Null: the method's own again. */
  readonly onChange: (draft: PromptDraft | null) => void;
}

const own = 'own';
const edited = 'edited';

/** The text of a method's prompts, a phrase a line: picked, typed, saved under a name. */
export function PromptEditor({ name, draft, isOwn, problem, text, onChange }: PromptEditorProps) {
  const { data: saved = [] } = useSavedTexts();
  const picked = saved.find((each) => each.name === draft.name);
  return (
    <>
      <div className={styles.buttons}>
        <LabelledSelect
          label={say('Words')}
          value={isOwn ? own : picked === undefined ? edited : String(picked.id)}
          options={[
            { value: own, name: say('{method}’s own', { method: name }) },
            ...saved.map((each) => ({ value: String(each.id), name: each.name })),
            ...(isOwn || picked !== undefined ? [] : [{ value: edited, name: say('Edited, not saved') }]),
          ]}
          onChange={(value) => {
            const chosen = saved.find((each) => String(each.id) === value);
            if (chosen !== undefined) onChange(draftOf({ ...chosen.text, name: chosen.name }));
            else if (value === own) onChange(null);
          }}
        />
        <Button
          disabled={isOwn}
          startIcon={<RotateCcw size={16} aria-hidden />}
          onClick={() => {
            onChange(null);
          }}
        >
          {say('Back to the method’s own')}
        </Button>
        <SaveButton
          text={text}
          saved={saved}
          onSaved={(as) => {
            onChange({ ...draft, name: as });
          }}
        />
        {picked !== undefined && (
          <RemoveSaved
            saved={picked}
            onRemoved={() => {
              onChange({ ...draft, name: null });
            }}
          />
        )}
      </div>
      <div className={styles.editor}>
        {draftParts.map((part) => (
          <TextField
            key={part}
            label={partNames[part]}
            multiline
            minRows={3}
            maxRows={8}
            value={draft[part]}
            error={problem?.part === part}
            helperText={problem?.part === part ? problem.message : partHints[part]}
            onChange={(event) => {
              onChange({ ...draft, name: null, [part]: event.target.value });
            }}
            // The model reads English, whatever the language of the window.
            slotProps={{ htmlInput: { spellCheck: false, translate: 'no' } }}
          />
        ))}
      </div>
    </>
  );
}

const partHints: Readonly<Record<DraftPart, string>> = {
  normal: say('A phrase a line; {slot} is the object.', { slot: '{}' }),
  abnormal: say('A phrase a line; {slot} is the object.', { slot: '{}' }),
  templates: say('A template a line; {slot} is the phrase.', { slot: '{}' }),
};

interface SaveButtonProps {
  readonly text: PromptText | null;
  readonly saved: readonly SavedPromptText[];
  readonly onSaved: (name: string) => void;
}

function SaveButton({ text, saved, onSaved }: SaveButtonProps) {
  const client = useClient();
  const [open, setOpen] = useState(false);
  const saving = useMutation({
    mutationFn: ({ name, words }: { readonly name: string; readonly words: PromptText }) =>
      client.call('promptTexts.save', { name, text: words }),
    onSuccess: ({ name }) => {
      setOpen(false);
      onSaved(name);
    },
  });
  return (
    <>
      <Button
        disabled={text === null}
        startIcon={<Save size={16} aria-hidden />}
        onClick={() => {
          saving.reset();
          setOpen(true);
        }}
      >
        {say('Save under a name')}
      </Button>
      {open && text !== null && (
        <NameDialog
          title={say('Save these prompts')}
          action={say('Save')}
          name={text.name ?? ''}
          mostLetters={80}
          isPending={saving.isPending}
          error={saving.error}
          hint={(name) =>
            saved.some((each) => each.name === name)
              ? say('Replaces the prompts of this name. Runs keep the words that they were made with.')
              : say('Every data set can pick them again.')
          }
          onSubmit={(name) => {
            saving.mutate({ name, words: text });
          }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface RemoveSavedProps {
  readonly saved: SavedPromptText;
  readonly onRemoved: () => void;
}

function RemoveSaved({ saved, onRemoved }: RemoveSavedProps) {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const removing = useMutation({
    mutationFn: () => client.call('promptTexts.remove', { promptTextId: saved.id }),
    onSuccess: () => {
      setAsking(false);
      onRemoved();
    },
  });
  return (
    <>
      <Button
        startIcon={<Trash2 size={16} aria-hidden />}
        onClick={() => {
          setAsking(true);
        }}
      >
        {say('Remove from the saved')}
      </Button>
      <ConfirmDialog
        open={asking}
        title={say('Remove «{name}»?', { name: saved.name })}
        action={say('Remove')}
        pending={removing.isPending}
        error={removing.error}
        onConfirm={() => {
          removing.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        {say(
          'The saved prompts are gone then. Runs that were made with them keep their words and their results.',
        )}
      </ConfirmDialog>
    </>
  );
}
