import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { themeChoiceSchema, useAppearanceStore, type ThemeChoice } from '../../state/appearance.ts';
import { useClient } from '../../state/client-context.ts';
import { usePanelStore } from '../../state/panels.ts';
import { say } from '../../texts/say.ts';
import { AuthorSection } from './author-section.tsx';
import { ComputeSection } from './compute-section.tsx';
import { DataFolderSection } from './data-folder-section.tsx';
import { HeatMapSection } from './heat-map-section.tsx';
import { KeysSection } from './keys-section.tsx';
import page from '../../components/page.module.css';
import styles from './settings-view.module.css';

const themeNames: Readonly<Record<ThemeChoice, string>> = {
  dark: say('Dark'),
  light: say('Light'),
  system: say('As the system'),
};

const checkIcons = {
  ok: <CircleCheck size={16} color="var(--text-quiet)" role="img" aria-label={say('In order')} />,
  warning: <TriangleAlert size={16} color="var(--unsure)" role="img" aria-label={say('Warning')} />,
  error: <CircleX size={16} color="var(--unsure)" role="img" aria-label={say('Error')} />,
} as const;

/** Appearance, computing, where data is kept, keys, and what the workbench says of its own health. */
export function SettingsView() {
  const { choice, choose } = useAppearanceStore();
  const client = useClient();
  const { setAboutOpen, setReportOpen } = usePanelStore();
  const openAbout = () => {
    setAboutOpen(true);
  };
  const openReport = () => {
    setReportOpen(true);
  };
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const doctor = useQuery({
    queryKey: ['doctor'],
    queryFn: () => client.call('app.doctor', {}),
    staleTime: 0,
  });

  return (
    <div className={page.padded}>
      <div className={styles.column}>
        <h1>{say('Settings')}</h1>
        <section className={styles.section}>
          <h2>{say('Appearance')}</h2>
          <ToggleButtonGroup
            exclusive
            size="small"
            aria-label={say('Theme')}
            value={choice}
            onChange={(_, chosen: unknown) => {
              const parsed = themeChoiceSchema.safeParse(chosen);
              if (parsed.success) choose(parsed.data);
            }}
          >
            {themeChoiceSchema.options.map((option) => (
              <ToggleButton key={option} value={option}>
                {themeNames[option]}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </section>
        <HeatMapSection />
        <ComputeSection />
        <DataFolderSection />
        <AuthorSection />
        <KeysSection />
        <section className={styles.section}>
          <h2>{say('This workbench')}</h2>
          {info.error && (
            <ErrorNotice title={say('The workbench did not say what it is')} error={info.error} />
          )}
          {info.data && (
            <dl className={styles.facts}>
              <dt>{say('Version')}</dt>
              <dd>{info.data.version}</dd>
              <dt>{say('Runs in')}</dt>
              <dd>
                {info.data.host === 'electron'
                  ? say('its own window')
                  : say('the browser, on this machine only')}
              </dd>
            </dl>
          )}
          <div className={styles.actions}>
            <Button variant="outlined" onClick={openAbout}>
              {say('Licences')}
            </Button>
            <Button variant="outlined" onClick={openReport}>
              {say('Report a problem')}
            </Button>
          </div>
        </section>
        <section className={styles.section}>
          <h2>{say('Health')}</h2>
          {doctor.isPending && <LinearProgress aria-label={say('Checking')} />}
          {doctor.error && (
            <ErrorNotice
              title={say('The check-up did not finish')}
              error={doctor.error}
              onRetry={() => void doctor.refetch()}
            />
          )}
          <ul>
            {doctor.data?.checks.map((check) => (
              <li key={check.name} className={styles.check} translate="no">
                {checkIcons[check.state]}
                <span className={styles.checkName}>{check.name}</span>
                <span className={styles.detail}>{check.detail}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}
