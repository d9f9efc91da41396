import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Check, Filter } from 'lucide-react';
import { useId, useState } from 'react';
import { addressActions, useAddress } from '../../state/address.ts';
import { compareFilters, type CompareFilter } from '../../state/compare-filter.ts';
import { formatCount } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './compare-filter-menu.module.css';

const filterNames: Readonly<Record<CompareFilter, string>> = {
  'label-anomalous': say('Label: anomalous'),
  'label-good': say('Label: good'),
  'label-none': say('Label: none'),
  'verdict-defect': say('Verdict: defect'),
  'verdict-unsure': say('Verdict: unsure'),
  'verdict-good': say('Verdict: good'),
  'verdict-none': say('Verdict: none'),
  'panes-differ': say('The panes judge differently'),
  'panes-agree': say('The panes judge alike'),
  'prediction-check': say('Prediction: to check, in any pane'),
  'metrics-counted': say('Counted in metrics'),
  'metrics-left-out': say('Not counted in metrics'),
};

interface CompareFilterMenuProps {
  readonly counts: ReadonlyMap<CompareFilter, number>;
  /** Whether any pane has two thresholds, with a band for a human between them. */
  readonly hasBand: boolean;
}

/** What the images are narrowed to: within a group any, between groups all. */
export function CompareFilterMenu({ counts, hasBand }: CompareFilterMenuProps) {
  const { among } = useAddress('among');
  const { replace } = addressActions;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const menuId = useId();
  const chosen = among ?? [];
  const offered = compareFilters.filter(
    (filter) => filter !== 'prediction-check' || hasBand || chosen.includes(filter),
  );
  const change = (next: readonly CompareFilter[]) => {
    replace({ among: next.length === 0 ? null : next, imageId: null });
  };
  return (
    <>
      <button
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor === null ? undefined : menuId}
        data-active={chosen.length > 0}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        <Filter size={14} aria-hidden />
        {chosen.length === 0
          ? say('Filter')
          : say('{count, plural, one {# filter} other {# filters}}', { count: chosen.length })}
      </button>
      <Menu
        id={menuId}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ list: { 'aria-label': say('Filter'), dense: true } }}
      >
        {offered.map((filter, place) => {
          const isChosen = chosen.includes(filter);
          return (
            <MenuItem
              key={filter}
              role="menuitemcheckbox"
              aria-checked={isChosen}
              divider={offered[place + 1]?.split('-', 1)[0] !== filter.split('-', 1)[0]}
              onClick={() => {
                change(isChosen ? chosen.filter((each) => each !== filter) : [...chosen, filter]);
              }}
            >
              <span className={styles.sign}>{isChosen && <Check size={14} aria-hidden />}</span>
              <span className={styles.name}>{filterNames[filter]}</span>
              <span className={styles.count}>{formatCount(counts.get(filter) ?? 0)}</span>
            </MenuItem>
          );
        })}
        <MenuItem
          disabled={chosen.length === 0}
          onClick={() => {
            change([]);
            setAnchor(null);
          }}
        >
          <span className={styles.sign} />
          {say('Show all images')}
        </MenuItem>
      </Menu>
    </>
  );
}
