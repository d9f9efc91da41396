import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useAddressStore } from '../../state/address.ts';
import { usePanelStore } from '../../state/panels.ts';
import { actionIds, keyActions, showChord } from '../../state/key-map.ts';
import { useActionKeys, useKeyStore } from '../../state/keys.ts';
import { say } from '../../texts/say.ts';
import styles from './keys-dialog.module.css';

/** What the mouse does, which cannot be changed. */
const mouse = [
  { keys: [say('Wheel')], does: say('Zoom at the pointer') },
  { keys: [say('Drag'), say('Space + drag')], does: say('Move the image') },
] as const;

/** All keys, on «?». */
export function KeysDialog() {
  const open = usePanelStore((state) => state.keysOpen);
  const setOpen = usePanelStore((state) => state.setKeysOpen);
  const go = useAddressStore((state) => state.go);

  const keyMap = useKeyStore((state) => state.keyMap);
  useActionKeys('everywhere', {
    'keys.open': () => {
      setOpen(true);
    },
  });
  const names = [...new Set(actionIds.map((id) => keyActions[id].group))];
  const groups = [
    ...names.map((name) => ({
      name,
      keys: actionIds
        .filter((id) => keyActions[id].group === name && keyMap[id].length > 0)
        .map((id) => ({ keys: keyMap[id].map(showChord), does: keyActions[id].name })),
    })),
    { name: say('With the mouse'), keys: mouse },
  ];

  const close = () => {
    setOpen(false);
  };
  return (
    <Dialog open={open} onClose={close} maxWidth="md" fullWidth>
      <DialogTitle>{say('Keys')}</DialogTitle>
      <DialogContent className={styles.groups} tabIndex={0}>
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
        <Button
          onClick={() => {
            close();
            go({ view: 'settings' });
          }}
        >
          {say('Change keys')}
        </Button>
        <Button onClick={close}>{say('Close')}</Button>
      </DialogActions>
    </Dialog>
  );
}
