import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { usePanelStore } from '../../state/panels.ts';
import { productName } from '../../texts/names.ts';
import { say } from '../../texts/say.ts';
import styles from './about-dialog.module.css';

const licencesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().nullable() }),
);

async function fetchLicences() {
  const response = await fetch('/licences.json');
  return licencesSchema.parse(await response.json());
}

/** What this program is, and whose work is in it. */
export function AboutDialog() {
  const open = usePanelStore((state) => state.aboutOpen);
  const setOpen = usePanelStore((state) => state.setAboutOpen);
  const close = () => {
    setOpen(false);
  };
  return (
    <Dialog open={open} onClose={close} maxWidth="sm" fullWidth aria-labelledby="about-title">
      <DialogTitle id="about-title">{productName}</DialogTitle>
      <DialogContent tabIndex={0}>
        <About />
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('Close')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function About() {
  const client = useClient();
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const licences = useQuery({ queryKey: ['licences'], queryFn: fetchLicences });
  return (
    <>
      <p>
        {info.data !== undefined && say('Version {version}.', { version: info.data.version })}{' '}
        {say(
          'Finds what does not belong in an image, without examples of it. Works offline: nothing leaves this machine.',
        )}
      </p>
      <h3 className={styles.heading}>{say('Packages in it, and their licences')}</h3>
      {licences.isPending && <LinearProgress aria-label={say('Reading the licences')} />}
      {licences.error && (
        <ErrorNotice title={say('The list of licences could not be read')} error={licences.error} />
      )}
      <ul className={styles.licences}>
        {licences.data?.map(({ name, version, licence, text }, place) => (
          <li key={`${place} ${name}`}>
            <details>
              <summary>
                <span className={styles.name}>{name}</span> {version}
                <span className={styles.licence}>{licence}</span>
              </summary>
              <pre className={styles.text} tabIndex={0}>
                {text ?? say('The package holds no text of its licence.')}
              </pre>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
