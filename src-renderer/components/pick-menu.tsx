import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { ChevronDown, TriangleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import styles from './pick-menu.module.css';

interface PickOption {
  readonly value: number;
  readonly title: string;
  readonly detail: string;
  /** One word that stands beside the title where it is chosen. */
  readonly badge?: string | undefined;
  /** What is wrong with it, in words. */
  readonly problem?: string | undefined;
}

interface PickMenuProps {
  /** What is switched: «Data set». */
  readonly name: string;
  readonly placeholder: string;
  readonly value: number | null;
  readonly options: readonly PickOption[];
  readonly onPick: (value: number) => void;
}

/** A switch: the present choice on a button, the others with a line of detail in a menu. */
export function PickMenu({ name, placeholder, value, options, onPick }: PickMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const menuId = useId();
  const chosen = options.find((option) => option.value === value);
  return (
    <>
      <button
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor === null ? undefined : menuId}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        <span className={styles.name}>{name}</span>
        <span className={styles.title} title={chosen?.title}>
          {chosen?.title ?? placeholder}
        </span>
        {chosen?.badge !== undefined && <span className={styles.badge}>{chosen.badge}</span>}
        <ChevronDown size={14} aria-hidden />
      </button>
      <Menu
        id={menuId}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ list: { 'aria-label': name }, paper: { sx: { maxWidth: 560, maxHeight: '70vh' } } }}
      >
        {options.map((option) => (
          <MenuItem
            key={option.value}
            selected={option.value === value}
            onClick={() => {
              setAnchor(null);
              onPick(option.value);
            }}
          >
            <div className={styles.option}>
              <div className={styles.optionTitle}>{option.title}</div>
              <div className={styles.detail}>{option.detail}</div>
              {option.problem !== undefined && (
                <div className={styles.problem}>
                  <TriangleAlert size={12} aria-hidden />
                  {option.problem}
                </div>
              )}
            </div>
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
