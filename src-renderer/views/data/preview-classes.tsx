import Button from '@mui/material/Button';
import { useState } from 'react';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import type { ImportPreview, PreviewClass, PreviewSample } from '../../../src-shared/domain/dataset.ts';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { say } from '../../texts/say.ts';
import styles from './preview-classes.module.css';

const shownClasses = 12;

/** Every class with its counts and a few of its images, each with the label that was understood. */
export function PreviewClasses({ preview }: { readonly preview: ImportPreview }) {
  const [all, setAll] = useState(false);
  const { classes, pictures, previewId } = preview;
  const shown = all ? classes : classes.slice(0, shownClasses);
  const hiddenCount = classes.length - shown.length;
  return (
    <div>
      <ul className={styles.classes} aria-label={say('Classes')}>
        {shown.map((each) => (
          <li key={each.name} className={styles.one}>
            <div className={styles.words}>
              <h3 className={styles.name} title={each.name}>
                {each.name}
              </h3>
              <ClassWords counts={each} />
            </div>
            <ul className={styles.pictures} aria-label={say('Images of {name}', { name: each.name })}>
              {pictures.map((sample, index) =>
                sample.className === each.name && previewId !== null ? (
                  <Sample key={sample.path} sample={sample} address={assetPaths.preview(previewId, index)} />
                ) : null,
              )}
            </ul>
          </li>
        ))}
      </ul>
      {hiddenCount > 0 && (
        <Button
          onClick={() => {
            setAll(true);
          }}
        >
          {say('Show {count, plural, one {# more class} other {# more classes}}', { count: hiddenCount })}
        </Button>
      )}
    </div>
  );
}

function ClassWords({ counts }: { readonly counts: PreviewClass }) {
  const { good, anomalous, unlabelled, masks, masksFound } = counts;
  return (
    <ul className={styles.counts}>
      {good > 0 && (
        <li>
          <StateMark kind="good" sizePx={10} /> {say('{good, number} good', { good })}
        </li>
      )}
      {anomalous > 0 && (
        <li>
          <StateMark kind="defect" sizePx={10} /> {say('{anomalous, number} anomalous', { anomalous })}
        </li>
      )}
      {unlabelled > 0 && <li>{say('{unlabelled, number} without a label', { unlabelled })}</li>}
      {masksFound > 0 && (
        <li>
          {masks === masksFound
            ? say('{masks, plural, one {# mask} other {# masks}}', { masks })
            : say('{masksFound, plural, one {# mask} other {# masks}}, {masks, number} usable', {
                masksFound,
                masks,
              })}
        </li>
      )}
    </ul>
  );
}

function Sample({ sample, address }: { readonly sample: PreviewSample; readonly address: string }) {
  const { path, label, hasMask } = sample;
  const words = hasMask
    ? say('{path}, {label}, with a mask', { path, label: wordOfLabel(label) })
    : say('{path}, {label}', { path, label: wordOfLabel(label) });
  return (
    <li className={styles.sample} title={words}>
      <img className={styles.picture} src={address} alt={words} loading="lazy" decoding="async" />
      <span className={styles.mark}>
        <StateMark kind={markOfLabel(label)} onImage sizePx={12} />
      </span>
    </li>
  );
}
