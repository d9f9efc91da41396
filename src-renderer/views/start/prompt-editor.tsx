import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { RotateCcw, Save } from 'lucide-react';
import { useState } from 'react';
import { isSameText, type PromptText, type SavedPromptText } from '../../../src-shared/domain/prompt-text.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { NameDialog } from '../../components/name-dialog.tsx';
import { RemoveButton } from '../../components/remove-button.tsx';
import { useClient } from '../../state/client-context.ts';
import {
  draftOf,
  draftParts,
  parseDraft,
  partNames,
  readDraft,
  type DraftPart,
  type PromptDraft,
} from '../../state/prompt-drafts.ts';
import { useSavedTexts } from '../../state/start-queries.ts';
import { say } from '../../texts/say.ts';
import styles from './prompts-section.module.css';

interface PromptEditorProps {
  /** Of the method. */
  readonly name: string;
  /** The method's own text. */
  readonly own: PromptText;
  /** Null: the method's own. */
  readonly draft: PromptDraft | null;
  /** Null: the method's own again. */
  readonly onChange: (draft: PromptDraft | null) => void;
}

const ownValue = 'own';
const editedValue = 'edited';

/** The text of a method's prompts, a phrase a line: picked, typed, saved under a name. */
export function PromptEditor({ name, own, draft: changed, onChange }: PromptEditorProps) {
  const { data: saved = [] } = useSavedTexts();
  const isOwn = changed === null;
  const draft = changed ?? draftOf(own);
  const { text, problem } = readDraft(changed, own);
  // Typed back to the method's own words, it is none of its own.
  const change = (next: PromptDraft) => {
    const { text: said } = parseDraft(next);
    onChange(said !== null && isSameText(said, own) ? null : next);
  };
  const picked = saved.find((each) => each.name === draft.name);
  return (
    <>
      <div className={styles.buttons}>
        <LabelledSelect
          label={say('Words')}
          value={isOwn ? ownValue : picked === undefined ? editedValue : String(picked.id)}
          options={[
            { value: ownValue, name: say('{method}’s own', { method: name }) },
            ...saved.map((each) => ({ value: String(each.id), name: each.name })),
            ...(isOwn || picked !== undefined
              ? []
              : [{ value: editedValue, name: say('Edited, not saved') }]),
          ]}
          onChange={(value) => {
            const chosen = saved.find((each) => String(each.id) === value);
            if (chosen !== undefined) change(draftOf({ ...chosen.text, name: chosen.name }));
            else if (value === ownValue) onChange(null);
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
            change({ ...draft, name: as });
          }}
        />
        {picked !== undefined && (
          <RemoveSaved
            saved={picked}
            onRemoved={() => {
              change({ ...draft, name: null });
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
              change({ ...draft, name: null, [part]: event.target.value });
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
  return (
    <RemoveButton
      name={saved.name}
      label={say('Remove from the saved')}
      isWritten
      remove={async () => {
        await client.call('promptTexts.remove', { promptTextId: saved.id });
        onRemoved();
      }}
    >
      {say(
        'The saved prompts are gone then. Runs that were made with them keep their words and their results.',
      )}
    </RemoveButton>
  );
}
