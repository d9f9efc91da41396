import Dialog from '@mui/material/Dialog';
import { Search } from 'lucide-react';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useActionKeys } from '../../state/keys.ts';
import { usePanelStore } from '../../state/panels.ts';
import { search, type SearchItem } from '../../state/search.ts';
import { say } from '../../texts/say.ts';
import { useSearchGroups } from './use-search-groups.ts';
import styles from './search-dialog.module.css';

/** Finds views, actions, data sets, runs and images, on Ctrl+K. */
export function SearchDialog() {
  const open = usePanelStore((state) => state.searchOpen);
  const setOpen = usePanelStore((state) => state.setSearchOpen);
  useActionKeys('everywhere', {
    'search.open': () => {
      setOpen(true);
    },
  });
  const close = () => {
    setOpen(false);
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      fullWidth
      maxWidth="sm"
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
      slotProps={{ paper: { 'aria-label': say('Find anything'), sx: { marginTop: '10vh' } } }}
    >
      <SearchPanel onClose={close} />
    </Dialog>
  );
}

function SearchPanel({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [position, setPosition] = useState(0);
  const listId = useId();
  const groups = useSearchGroups();
  const deferred = useDeferredValue(text);
  const found = useMemo(() => search(groups, deferred), [groups, deferred]);
  const items = found.flatMap((group) => group.items);
  const active = Math.min(position, items.length - 1);
  const optionId = (index: number) => `${listId}-${index}`;

  const choose = (item: SearchItem) => {
    onClose();
    item.open();
  };
  const move = (step: number) => {
    if (items.length === 0) return;
    const next = (active + step + items.length) % items.length;
    setPosition(next);
    document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <>
      <div className={styles.field}>
        <Search size={18} aria-hidden />
        <input
          // The dialog was opened to type here.
          autoFocus
          className={styles.input}
          role="combobox"
          aria-label={say('Find views, actions, data sets, runs and images')}
          aria-expanded={items.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={items.length > 0 ? optionId(active) : undefined}
          placeholder={say('Find views, actions, data sets, runs, images')}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPosition(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') move(1);
            else if (event.key === 'ArrowUp') move(-1);
            else if (event.key === 'Enter') {
              const item = items[active];
              if (item) choose(item);
            } else return;
            event.preventDefault();
          }}
        />
      </div>
      <div id={listId} role="listbox" aria-label={say('Found')} tabIndex={-1} className={styles.list}>
        {found.map((group) => (
          <div key={group.name} role="group" aria-label={group.name}>
            <div className={styles.group} aria-hidden>
              {group.name}
            </div>
            {group.items.map((item) => {
              const own = items.indexOf(item);
              return (
                <div
                  key={item.key}
                  id={optionId(own)}
                  role="option"
                  aria-selected={own === active}
                  className={styles.option}
                  onPointerMove={() => {
                    setPosition(own);
                  }}
                  onClick={() => {
                    choose(item);
                  }}
                >
                  <span className={styles.title}>{item.title}</span>
                  <span className={styles.detail}>{item.detail}</span>
                  {item.keyName !== undefined && <kbd className={styles.key}>{item.keyName}</kbd>}
                </div>
              );
            })}
            {group.moreCount > 0 && (
              <div className={styles.more} aria-hidden>
                {say('{count, number} more; type further to narrow them', { count: group.moreCount })}
              </div>
            )}
          </div>
        ))}
      </div>
      {items.length === 0 && (
        <p role="status" className={styles.none}>
          {say('Nothing has «{text}» in its name.', { text: deferred.trim() })}
        </p>
      )}
    </>
  );
}
