import Button from '@mui/material/Button';
import { RotateCcw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import {
  actionIds,
  chordOf,
  findConflicts,
  keyActions,
  keyPresets,
  keyPresetSchema,
  presetKeys,
  showChord,
  type ActionId,
} from '../../state/key-map.ts';
import { eitherOf, joinWords } from '../../state/format.ts';
import { useKeyStore } from '../../state/keys.ts';
import { say } from '../../texts/say.ts';
import styles from './keys-section.module.css';

/** Every action with its keys, which can be changed; keys that two actions claim are named. */
export function KeysSection() {
  const { settings, keyMap, choosePreset } = useKeyStore();
  const conflicts = findConflicts(keyMap);
  const groups = [...new Set(actionIds.map((id) => keyActions[id].group))];
  const changedCount = actionIds.filter((id) => settings.own[id] !== undefined).length;
  return (
    <section className={styles.section} aria-labelledby="keys-title">
      <h2 id="keys-title">{say('Keys')}</h2>
      <div className={styles.head}>
        <LabelledSelect
          label={say('Keys as in')}
          value={settings.preset}
          options={keyPresetSchema.options.map((preset) => ({
            value: preset,
            name: keyPresets[preset].name,
          }))}
          onChange={(preset) => {
            choosePreset(keyPresetSchema.parse(preset));
          }}
        />
        {changedCount > 0 && (
          <Button
            onClick={() => {
              choosePreset(settings.preset);
            }}
          >
            {say('{count, plural, one {Take back your change} other {Take back your # changes}}', {
              count: changedCount,
            })}
          </Button>
        )}
      </div>
      <div role="status" className={styles.conflicts}>
        {conflicts.map(({ chord, actions }) => (
          <p key={chord} className={styles.conflict}>
            <TriangleAlert size={16} aria-hidden />
            <span>
              {say('{key} is the key of {actions}; it does the first. Change one of them.', {
                key: showChord(chord),
                actions: joinWords(actions.map((id) => `«${keyActions[id].name}»`)),
              })}
            </span>
          </p>
        ))}
      </div>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group} aria-label={group} className={styles.group}>
            <h3>{group}</h3>
            <ul>
              {actionIds
                .filter((id) => keyActions[id].group === group)
                .map((id) => (
                  <KeyRow key={id} id={id} clashes={conflicts.some(({ actions }) => actions.includes(id))} />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}

function KeyRow({ id, clashes }: { readonly id: ActionId; readonly clashes: boolean }) {
  const { settings, keyMap, setKeys, resetKeys } = useKeyStore();
  const [waiting, setWaiting] = useState(false);
  const { name } = keyActions[id];
  const keys = keyMap[id].map(showChord);
  return (
    <li className={styles.row}>
      <span className={styles.name}>{name}</span>
      {settings.own[id] !== undefined && (
        <TipButton
          icon={RotateCcw}
          label={say('{name}: back to {keys}', {
            name,
            keys: eitherOf(presetKeys(settings.preset, id).map(showChord)),
          })}
          onClick={() => {
            resetKeys(id);
          }}
        />
      )}
      <button
        type="button"
        className={styles.keys}
        data-clashes={clashes}
        aria-label={
          waiting
            ? say('{name}: press a key, Escape keeps the old one', { name })
            : say('{name}: {keys}. Change', { name, keys: eitherOf(keys) })
        }
        onClick={() => {
          setWaiting(true);
        }}
        onBlur={() => {
          setWaiting(false);
        }}
        onKeyDown={(event) => {
          // Tab leads on, as everywhere.
          if (!waiting || event.key === 'Tab') return;
          const chord = chordOf(event);
          event.preventDefault();
          event.stopPropagation();
          if (chord === null) return;
          setWaiting(false);
          if (event.key !== 'Escape') setKeys(id, [chord]);
        }}
      >
        {waiting ? say('Press a key') : keys.map((key) => <kbd key={key}>{key}</kbd>)}
      </button>
    </li>
  );
}
