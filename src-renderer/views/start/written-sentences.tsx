import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { objectWords, ownPromptText } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { MethodInfo, MethodSettings } from '../../../src-shared/domain/method.ts';
import { formatNoun } from '../../state/format.ts';
import styles from './written-sentences.module.css';

interface WrittenSentencesProps {
  readonly methods: readonly MethodInfo[];
  readonly dataset: Dataset;
  readonly settings: MethodSettings;
}

/** What the methods of hand-written prompts will say of the objects: as it stands, so that a wrong word is seen before the run. */
export function WrittenSentences({ methods, dataset, settings }: WrittenSentencesProps) {
  const [first] = dataset.classes;
  const rows = methods.flatMap(({ id, name }) => {
    const own = ownPromptText(id);
    if (first === undefined || own === null) return [];
    const { normal, abnormal, templates } = own;
    const object = objectWords(first.name, settings);
    const about = (states: readonly string[]) => states.map((state) => state.replaceAll('{}', () => object));
    return [{ id, name, normal: about(normal), abnormal: about(abnormal), templateCount: templates.length }];
  });
  if (first === undefined || rows.length === 0) return null;
  const isEachClass = settings.objectName === undefined && dataset.classes.length > 1;
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>
        What the image is compared with
        {isEachClass &&
          `, here for «${first.name}»; each of the ${dataset.classes.length} classes by its own name`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          <th scope="col">Normal</th>
          <th scope="col">Abnormal</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name, normal, abnormal, templateCount }) => (
          <tr key={id}>
            <th scope="row">
              {name}
              {templateCount > 1 && (
                <span className={styles.count}>each in {formatNoun(templateCount, 'sentence')}</span>
              )}
            </th>
            <td>{normal.map(quoted).join(', ')}</td>
            <td>{abnormal.map(quoted).join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function quoted(text: string): string {
  return `«${text}»`;
}
