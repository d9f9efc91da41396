import LinearProgress from '@mui/material/LinearProgress';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { colourMapNames } from '../../../src-shared/maps/colour-maps.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { themeChoiceSchema, useAppearanceStore, type ThemeChoice } from '../../state/appearance.ts';
import { useClient } from '../../state/client-context.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { KeysSection } from './keys-section.tsx';
import styles from './settings-view.module.css';

const themeNames: Readonly<Record<ThemeChoice, string>> = {
  dark: 'Dark',
  light: 'Light',
  system: 'As the system',
};

const checkIcons = {
  ok: <CircleCheck size={16} color="var(--text-quiet)" role="img" aria-label="In order" />,
  warning: <TriangleAlert size={16} color="var(--unsure)" role="img" aria-label="Warning" />,
  error: <CircleX size={16} color="var(--unsure)" role="img" aria-label="Error" />,
} as const;

/** Appearance, keys, and what the workbench says of its own health. */
export function SettingsView() {
  const { choice, choose } = useAppearanceStore();
  const client = useClient();
  const colourMap = useOverlayStore(({ overlay }) => overlay.colourMap);
  const changeOverlay = useOverlayStore((state) => state.change);
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const doctor = useQuery({
    queryKey: ['doctor'],
    queryFn: () => client.call('app.doctor', {}),
    staleTime: 0,
  });

  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <h1>Settings</h1>
        <section className={styles.section}>
          <h2>Appearance</h2>
          <ToggleButtonGroup
            exclusive
            size="small"
            aria-label="Theme"
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
        <section className={styles.section}>
          <h2>Heat maps</h2>
          <LabelledSelect
            label="Colours"
            value={colourMap}
            options={colourMapNames.map((name) => ({ value: name, name: capitalised(name) }))}
            onChange={(chosen) => {
              const name = colourMapNames.find((each) => each === chosen);
              if (name !== undefined) changeOverlay({ colourMap: name });
            }}
          />
        </section>
        <KeysSection />
        <section className={styles.section}>
          <h2>This workbench</h2>
          {info.error && <ErrorNotice title="The workbench did not say what it is" error={info.error} />}
          {info.data && (
            <dl className={styles.facts}>
              <dt>Version</dt>
              <dd>{info.data.version}</dd>
              <dt>Data folder</dt>
              <dd>
                {info.data.dataFolder}
                <span className={styles.quiet}>
                  To keep it elsewhere: close the workbench, move this folder, and start it with «--data» and
                  the new place.
                </span>
              </dd>
              <dt>Runs in</dt>
              <dd>
                {info.data.host === 'electron' ? 'its own window' : 'the browser, on this machine only'}
              </dd>
            </dl>
          )}
        </section>
        <section className={styles.section}>
          <h2>Health</h2>
          {doctor.isPending && <LinearProgress aria-label="Checking" />}
          {doctor.error && (
            <ErrorNotice
              title="The check-up did not finish"
              error={doctor.error}
              onRetry={() => void doctor.refetch()}
            />
          )}
          <ul>
            {doctor.data?.checks.map((check) => (
              <li key={check.name} className={styles.check}>
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

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
