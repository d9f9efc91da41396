import {
  Boxes,
  Columns2,
  Database,
  GraduationCap,
  Images,
  ListTodo,
  MessageSquareText,
  Settings,
  SlidersVertical,
  type LucideIcon,
} from 'lucide-react';
import { useAddress, useAddressStore, type View } from '../../state/address.ts';
import { overallShare } from '../../state/job-words.ts';
import { usePanelStore } from '../../state/panels.ts';
import { useJobs } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './rail.module.css';

interface Place {
  readonly view: View;
  readonly name: string;
  readonly icon: LucideIcon;
  /** Views that belong to this place of the rail. */
  readonly covers: readonly View[];
}

const places: readonly Place[] = [
  { view: 'data', name: say('Data'), icon: Database, covers: ['data', 'add', 'images', 'start', 'runs'] },
  { view: 'review', name: say('Review'), icon: Images, covers: ['review'] },
  { view: 'thresholds', name: say('Thresholds'), icon: SlidersVertical, covers: ['thresholds'] },
  { view: 'compare', name: say('Compare'), icon: Columns2, covers: ['compare'] },
  { view: 'prompts', name: say('Prompts'), icon: MessageSquareText, covers: ['prompts'] },
  { view: 'training', name: say('Training'), icon: GraduationCap, covers: ['training', 'train'] },
  { view: 'models', name: say('Models'), icon: Boxes, covers: ['models'] },
];

const settings: Place = { view: 'settings', name: say('Settings'), icon: Settings, covers: ['settings'] };

/** Everywhere that the rail leads. */
export const allPlaces: readonly Place[] = [...places, settings];

/** The left rail: where one can go, and at its foot what is under way. */
export function Rail() {
  return (
    <nav className={styles.rail} aria-label={say('Views')}>
      {places.map((place) => (
        <RailPlace key={place.view} place={place} />
      ))}
      <span className={styles.space} />
      <JobsButton />
      <RailPlace place={settings} />
    </nav>
  );
}

function RailPlace({ place: { view, name, icon: Icon, covers } }: { readonly place: Place }) {
  const current = useAddress('view').view;
  const go = useAddressStore((state) => state.go);
  return (
    <button
      type="button"
      className={styles.place}
      aria-current={covers.includes(current) ? 'page' : undefined}
      onClick={() => {
        go({ view });
      }}
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      {name}
    </button>
  );
}

function JobsButton() {
  const { data: jobs = [] } = useJobs();
  const open = usePanelStore((state) => state.jobsOpen);
  const setOpen = usePanelStore((state) => state.setJobsOpen);
  const share = overallShare(jobs);
  const active = jobs.filter(({ state }) => state === 'running' || state === 'queued').length;
  return (
    <button
      type="button"
      className={styles.place}
      aria-expanded={open}
      aria-label={active === 0 ? say('Jobs') : say('Jobs, {active} under way', { active })}
      onClick={() => {
        setOpen(!open);
      }}
    >
      <span className={styles.ringed}>
        {share !== null && <Ring share={share} />}
        <ListTodo size={share === null ? 20 : 14} strokeWidth={1.75} aria-hidden />
      </span>
      {say('Jobs')}
    </button>
  );
}

const ringRadius = 10;
const ringLength = 2 * Math.PI * ringRadius;

function Ring({ share }: { readonly share: number }) {
  return (
    <svg className={styles.ring} viewBox="0 0 24 24" aria-hidden>
      <circle cx="12" cy="12" r={ringRadius} stroke="var(--line)" />
      <circle
        cx="12"
        cy="12"
        r={ringRadius}
        stroke="var(--accent)"
        strokeDasharray={`${Math.max(0.03, share) * ringLength} ${ringLength}`}
        transform="rotate(-90 12 12)"
      />
    </svg>
  );
}
