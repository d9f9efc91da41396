import TextField from '@mui/material/TextField';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { objectWords } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import { say } from '../../texts/say.ts';
import styles from './prompts-section.module.css';

interface ObjectNamesProps {
  readonly dataset: Dataset;
  /** The one class that the run looks through; null: all. */
  readonly className: string | null;
  readonly settings: MethodSettings;
  readonly onChange: (settings: MethodSettings) => void;
}

/** Whose name stands in the sentences of CLIP, CLIP-AC and WinCLIP; said wherever they are shown. */
export function objectNameRule(): string {
  return say(
    'In place of the braces stands the name of the object: the name of its class, which is its folder’s, as long as no other is given.',
  );
}

/** What the object is called in the sentences: one name for all classes, and for single ones another. */
export function ObjectNames({ dataset, className, settings, onChange }: ObjectNamesProps) {
  const { objectName, objectNames = {}, ...others } = settings;
  const classes = dataset.classes.filter(({ name }) => className === null || name === className);
  const change = (name: string, byClass: Readonly<Record<string, string>>) => {
    onChange({
      ...others,
      ...(name === '' ? {} : { objectName: name }),
      ...(Object.keys(byClass).length === 0 ? {} : { objectNames: byClass }),
    });
  };
  const nameClass = (target: string, words: string) => {
    const rest = Object.entries(objectNames).filter(([name]) => name !== target);
    change(objectName ?? '', Object.fromEntries([...rest, ...(words === '' ? [] : [[target, words]])]));
  };
  return (
    <div className={styles.names}>
      <TextField
        label={say('Object name')}
        placeholder={classes.length === 1 ? objectWords(classes[0]?.name ?? '', {}) : say('the class name')}
        value={objectName ?? ''}
        onChange={(event) => {
          change(event.target.value, objectNames);
        }}
        helperText={
          classes.length === 1
            ? say('Stands in the sentences in place of the folder’s name.')
            : say('One name for all classes. Empty: each class by its folder’s name.')
        }
        slotProps={{ htmlInput: { maxLength: 200 }, inputLabel: { shrink: true } }}
        sx={{ width: 320 }}
      />
      {classes.length > 1 && (
        <details className={styles.byClass} open={Object.keys(objectNames).length > 0}>
          <summary>
            {say('Names by class: {named, number} of {total, number} set', {
              named: classes.filter(({ name }) => Object.hasOwn(objectNames, name)).length,
              total: classes.length,
            })}
          </summary>
          <div className={styles.classFields}>
            {classes.map(({ name }) => (
              <TextField
                key={name}
                label={name}
                placeholder={objectWords(name, objectName === undefined ? {} : { objectName })}
                value={Object.hasOwn(objectNames, name) ? objectNames[name] : ''}
                onChange={(event) => {
                  nameClass(name, event.target.value);
                }}
                slotProps={{ htmlInput: { maxLength: 200 }, inputLabel: { shrink: true } }}
              />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}
