import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { LucideIcon } from 'lucide-react';
import { useEffect, useState, type MouseEvent } from 'react';
import { say } from '../texts/say.ts';
import styles from './tip-button.module.css';

interface TipButtonProps {
  readonly icon: LucideIcon;
  /** The verb; spoken and shown on hover. */
  readonly label: string;
  /** One word that stands beside the icon where there is room for it. */
  readonly word?: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
  /** For buttons that are on or off. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

/** An icon as a button, with its name and key in a tooltip. */
export function TipButton({ icon: Icon, label, word, shortcut, onClick, pressed, disabled }: TipButtonProps) {
  const [open, setOpen] = useState(false);
  // A key does something else: what the button is called is no longer what is looked at.
  useEffect(() => {
    if (!open) return;
    const hide = () => {
      setOpen(false);
    };
    window.addEventListener('keydown', hide, { capture: true });
    return () => {
      window.removeEventListener('keydown', hide, { capture: true });
    };
  }, [open]);
  return (
    <Tooltip
      open={open}
      onOpen={() => {
        setOpen(true);
      }}
      onClose={() => {
        setOpen(false);
      }}
      title={shortcut === undefined ? label : say('{label} ({shortcut})', { label, shortcut })}
    >
      <span>
        <IconButton
          aria-label={label}
          aria-pressed={pressed}
          aria-keyshortcuts={shortcut}
          onClick={onClick}
          disabled={disabled ?? false}
          sx={
            pressed === true
              ? {
                  color: 'var(--text)',
                  backgroundColor: 'var(--accent-soft)',
                  boxShadow: 'inset 0 0 0 1px var(--accent)',
                  '&:hover': { backgroundColor: 'var(--accent-soft)' },
                }
              : {}
          }
        >
          <Icon size={18} strokeWidth={1.75} aria-hidden />
          {word !== undefined && <span className={styles.word}>{word}</span>}
        </IconButton>
      </span>
    </Tooltip>
  );
}
