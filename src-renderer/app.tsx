import { lazy, Suspense, useEffect } from 'react';
import { say } from './texts/say.ts';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { useAddress, type View } from './state/address.ts';
import { keepFocus } from './state/keep-focus.ts';
import { useDataset } from './state/queries.ts';
import { useNoteScoresShown } from './state/readings.ts';
import { useNoteOpened } from './state/recent-sets.ts';
import { DataView } from './views/data/data-view.tsx';
import { AddView } from './views/data/add-view.tsx';
import { DropTarget } from './views/data/drop-target.tsx';
import { ImagesView } from './views/data/images-view.tsx';
import { ExportView } from './views/export/export-view.tsx';
import { Banners } from './views/frame/banners.tsx';
import { AboutDialog } from './views/frame/about-dialog.tsx';
import { DesktopLink } from './views/frame/desktop-link.tsx';
import { JobsPanel } from './views/frame/jobs-panel.tsx';
import { KeysDialog } from './views/frame/keys-dialog.tsx';
import { Rail } from './views/frame/rail.tsx';
import { ReportDialog } from './views/frame/report-dialog.tsx';
import { ScoresGate } from './views/frame/scores-gate.tsx';
import { SearchDialog } from './views/frame/search-dialog.tsx';
import { TopBar } from './views/frame/top-bar.tsx';
import { UnsavedNotice } from './views/frame/unsaved-notice.tsx';
import { ModelsView } from './views/models/models-view.tsx';
import { SettingsView } from './views/settings/settings-view.tsx';
import { PromptBenchView } from './views/prompt-bench/prompt-bench-view.tsx';
import { RunsView } from './views/start/runs-view.tsx';
import { StartView } from './views/start/start-view.tsx';
import { TrainingView } from './views/training/training-view.tsx';
import { ThresholdsView } from './views/thresholds/thresholds-view.tsx';
import styles from './app.module.css';

// Konva comes with the first look at an image, not with the window.
const loadReview = () => import('./views/review/review-view.tsx');
const ReviewView = lazy(async () => ({ default: (await loadReview()).ReviewView }));
const loadCompare = () => import('./views/compare/compare-view.tsx');
const CompareView = lazy(async () => ({ default: (await loadCompare()).CompareView }));

const viewTitles: Readonly<Record<View, string>> = {
  data: say('Data'),
  add: say('Add a folder'),
  images: say('Images'),
  start: say('Start a run'),
  runs: 'Runs',
  review: say('Review'),
  thresholds: say('Thresholds'),
  compare: say('Compare'),
  prompts: say('Prompts'),
  export: 'Export',
  training: say('Training'),
  train: say('Learn prompts'),
  models: say('Models'),
  settings: say('Settings'),
};

/** The frame and, inside it, the view that the address names. */
export function App() {
  const address = useAddress('view', 'datasetId', 'runId');
  useEffect(() => {
    const idle = requestIdleCallback(() => void loadReview());
    return () => {
      cancelIdleCallback(idle);
    };
  }, []);
  useEffect(keepFocus, []);
  useNoteOpened();
  useNoteScoresShown();
  const datasetName = useDataset(address.datasetId)?.name;
  useEffect(() => {
    document.title = [viewTitles[address.view], datasetName, 'Anomaly Workbench']
      .filter((part) => part !== undefined)
      .join(' · ');
  }, [address.view, datasetName]);
  return (
    <div className={styles.frame}>
      <Rail />
      <div className={styles.main}>
        <TopBar />
        <Banners />
        <UnsavedNotice />
        <main className={styles.view} data-view={address.view}>
          <ErrorBoundary resetKey={`${address.view} ${address.datasetId} ${address.runId}`}>
            <Suspense>
              <ViewOf view={address.view} />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <JobsPanel />
      <KeysDialog />
      <SearchDialog />
      <AboutDialog />
      <ReportDialog />
      <DesktopLink />
      <DropTarget />
    </div>
  );
}

function ViewOf({ view }: { readonly view: View }) {
  switch (view) {
    case 'data':
      return <DataView />;
    case 'add':
      return <AddView />;
    case 'images':
      return (
        <ScoresGate>
          <ImagesView />
        </ScoresGate>
      );
    case 'start':
      return <StartView />;
    case 'runs':
      return <RunsView />;
    case 'review':
      return <ReviewView />;
    case 'thresholds':
      return (
        <ScoresGate>
          <ThresholdsView />
        </ScoresGate>
      );
    case 'compare':
      return (
        <ScoresGate>
          <CompareView />
        </ScoresGate>
      );
    case 'prompts':
      return (
        <ScoresGate>
          <PromptBenchView />
        </ScoresGate>
      );
    case 'export':
      return <ExportView />;
    case 'training':
      return (
        <ScoresGate>
          <TrainingView />
        </ScoresGate>
      );
    case 'train':
      return <TrainingView />;
    case 'models':
      return <ModelsView />;
    case 'settings':
      return <SettingsView />;
  }
}
