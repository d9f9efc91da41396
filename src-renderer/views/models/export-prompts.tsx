import { FileOutput } from 'lucide-react';
import { useState } from 'react';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { WriteFileDialog } from '../../components/write-file-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { promptFileName, type PromptFileFormat } from '../../state/model-words.ts';
import { say } from '../../texts/say.ts';

/** Writes learned prompts into a file for other programs. */
export function ExportPromptsButton({ promptSet }: { readonly promptSet: PromptSet }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <TipButton
        icon={FileOutput}
        label={say('Export {name}', { name: promptSet.name })}
        onClick={() => {
          setOpen(true);
        }}
      />
      {open && (
        <ExportPromptsDialog
          promptSet={promptSet}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface ExportPromptsDialogProps {
  readonly promptSet: PromptSet;
  readonly onClose: () => void;
}

function ExportPromptsDialog({ promptSet, onClose }: ExportPromptsDialogProps) {
  const client = useClient();
  const [format, setFormat] = useState<PromptFileFormat>('safetensors');
  return (
    <WriteFileDialog
      title={say('Export «{name}»', { name: promptSet.name })}
      fileName={promptFileName(promptSet, format)}
      write={(file, overwrite) =>
        client.call('prompts.export', { promptSetId: promptSet.id, format, file, overwrite })
      }
      questions={(beginAnew) => (
        <LabelledSelect
          label={say('Format')}
          value={format}
          options={[
            { value: 'safetensors', name: say('safetensors, with where the prompts come from') },
            { value: 'torch', name: say('.pth, as the released code reads it') },
          ]}
          onChange={(value) => {
            beginAnew();
            setFormat(value === 'torch' ? 'torch' : 'safetensors');
          }}
        />
      )}
      onClose={onClose}
    />
  );
}
