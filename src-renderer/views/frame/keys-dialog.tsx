import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useEffect } from 'react';
import { usePanelStore } from '../../state/panels.ts';
import { isTaken } from '../../state/keys.ts';
import styles from './keys-dialog.module.css';

const groups = [
  {
    name: 'Going through images (Review)',
    keys: [
      { keys: ['→', '←'], does: 'Next and previous image' },
      { keys: ['Home', 'End'], does: 'Worst and best image' },
    ],
  },
  {
    name: 'Looking (Review)',
    keys: [
      { keys: ['Wheel'], does: 'Zoom at the pointer' },
      { keys: ['Drag', 'Space + drag'], does: 'Move the image' },
      { keys: ['+', '−'], does: 'Zoom in and out' },
      { keys: ['0'], does: 'Fit the image to the window' },
      { keys: ['1'], does: 'Actual pixels' },
    ],
  },
  {
    name: 'Overlay (Review)',
    keys: [
      { keys: ['O'], does: 'Heat map on or off' },
      { keys: ['C'], does: 'Contour at the threshold on or off' },
      { keys: ['X'], does: 'Heat map only above the threshold' },
      { keys: ['G'], does: 'Ground truth on or off' },
      { keys: ['I'], does: 'Invert the image' },
    ],
  },
  { name: 'Everywhere', keys: [{ keys: ['?'], does: 'Show these keys' }] },
] as const;

/** All keys, on «?». */
export function KeysDialog() {
  const open = usePanelStore((state) => state.keysOpen);
  const setOpen = usePanelStore((state) => state.setKeysOpen);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTaken(event)) setOpen(true);
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [setOpen]);

  const close = () => {
    setOpen(false);
  };
  return (
    <Dialog open={open} onClose={close} maxWidth="md" fullWidth>
      <DialogTitle>Keys</DialogTitle>
      <DialogContent className={styles.groups}>
        {groups.map((group) => (
          <section key={group.name} className={styles.group}>
            <h3>{group.name}</h3>
            <dl>
              {group.keys.map((row) => (
                <div key={row.does} className={styles.row}>
                  <dt>{row.does}</dt>
                  <dd>
                    {row.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
