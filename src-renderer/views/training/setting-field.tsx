import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import type { Model } from '../../../src-shared/domain/model.ts';
import { defaultTrainingSettings, type TrainingSettingName } from '../../../src-shared/domain/training.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import {
  parseSettings,
  settingKinds,
  textOfSetting,
  type TrainingChoice,
} from '../../state/training-form.ts';
import { settingHint, settingWords } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import styles from './training.module.css';

interface SettingFieldProps {
  readonly name: TrainingSettingName;
  readonly model: Model;
  readonly choice: TrainingChoice;
  readonly onChange: (choice: TrainingChoice) => void;
}

/** One setting: its own value of the method until somebody changes it, what it does, and whether what is typed can be used. */
export function SettingField({ name, model, choice, onChange }: SettingFieldProps) {
  const { drafts, methodId } = choice;
  const own = textOfSetting(defaultTrainingSettings(methodId, model.config)[name]);
  const text = drafts[name] ?? own;
  const asked = settingKinds[name];
  const words = settingWords[name];
  const hint = settingHint(name, model.config);
  const change = (value: string) => {
    onChange({ ...choice, drafts: { ...drafts, [name]: value } });
  };
  if (asked.kind === 'switch')
    return (
      <FormControlLabel
        className={styles.switch ?? ''}
        label={words.name}
        title={hint}
        control={
          <Switch
            size="small"
            checked={text === 'on'}
            onChange={(_, checked) => {
              change(checked ? 'on' : 'off');
            }}
          />
        }
      />
    );
  if (asked.kind === 'choice')
    return <LabelledSelect label={words.name} value={text} options={asked.options} onChange={change} />;
  const isWrong = parseSettings(methodId, { [name]: text }, model.config).wrong.includes(name);
  const isNumber = asked.kind === 'whole' || asked.kind === 'number';
  return (
    <TextField
      label={words.name}
      value={text}
      error={isWrong}
      helperText={isWrong ? say('«{text}» cannot be used. {hint}', { text, hint }) : hint}
      onChange={(event) => {
        change(event.target.value);
      }}
      slotProps={{
        htmlInput: isNumber ? { inputMode: 'decimal', autoComplete: 'off' } : { autoComplete: 'off' },
        inputLabel: { shrink: true },
      }}
      sx={{ width: 216 }}
    />
  );
}
