import Button from '@mui/material/Button';
import { ChevronDown, ChevronRight, Copy } from 'lucide-react';
import { useId, useState } from 'react';
import { describeKind, problemsAsText, type ProblemGroup } from '../../state/problem-words.ts';
import { say } from '../../texts/say.ts';
import styles from './problem-groups.module.css';
import { ProblemList } from './problem-list.tsx';

/** So few problems are shown at once, whatever their kinds. */
const fewProblems = 12;

/** Problems kind by kind; each kind opens into its files with the reason of each, and can be copied. */
export function ProblemGroups({ groups }: { readonly groups: readonly ProblemGroup[] }) {
  const areFew = groups.reduce((sum, { count }) => sum + count, 0) <= fewProblems;
  return (
    <ul className={styles.groups} aria-label={say('Kinds of problems')}>
      {groups.map((group) => (
        <li key={group.code}>
          <Group group={group} isOpenAtFirst={areFew || groups.length === 1} />
        </li>
      ))}
    </ul>
  );
}

function Group({ group, isOpenAtFirst }: { readonly group: ProblemGroup; readonly isOpenAtFirst: boolean }) {
  const [open, setOpen] = useState(isOpenAtFirst);
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const listId = useId();
  const { problems, count } = group;
  const name = describeKind(group);
  const copy = () => {
    navigator.clipboard.writeText(problemsAsText(problems)).then(
      () => {
        setCopied('yes');
      },
      () => {
        setCopied('failed');
      },
    );
  };
  return (
    <>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={open}
          aria-controls={listId}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
          {name}
        </button>
        {open && problems.length > 0 && (
          <Button startIcon={<Copy size={14} aria-hidden />} onClick={copy}>
            {copied === 'yes' ? say('Copied') : say('Copy the list')}
          </Button>
        )}
      </div>
      {copied === 'failed' && (
        <p role="alert">{say('The list could not be copied: the browser does not let this page.')}</p>
      )}
      <div id={listId} hidden={!open}>
        {open && <ProblemList problems={problems} label={name} />}
        {open && count > problems.length && (
          <p className={styles.more}>
            {say('The first {shown, number} of {count, number} are listed.', {
              shown: problems.length,
              count,
            })}
          </p>
        )}
      </div>
    </>
  );
}
