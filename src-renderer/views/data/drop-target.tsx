import { FolderInput } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { meaningOfDrop, useDroppedStore, type DropEntry } from '../../state/dropped.ts';
import { say } from '../../texts/say.ts';
import type { Client } from '../../transport/client.ts';
import styles from './drop-target.module.css';

/** Takes folders and files that are dropped anywhere on the window, and opens the import page on them. */
export function DropTarget() {
  const client = useClient();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      // Else the browser would leave the page and show the file.
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setIsOver(false);
      if (event.dataTransfer !== null) void takeDrop(client, event.dataTransfer);
    };
    window.addEventListener('dragenter', over);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', over);
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [client]);
  if (!isOver) return null;
  return (
    <div className={styles.cover}>
      <div className={styles.words}>
        <FolderInput size={40} strokeWidth={1.25} aria-hidden />
        {say('Drop it to look inside. Nothing is stored yet, and no file is changed.')}
      </div>
    </div>
  );
}

/** Everything of a drop must be taken before the first wait: afterwards the browser has emptied it. */
async function takeDrop(client: Client, transfer: DataTransfer): Promise<void> {
  const taken = [...transfer.items].flatMap((item) => {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    return file === null ? [] : [{ file, handle: item.webkitGetAsEntry() }];
  });
  const entries = taken.map(({ file, handle }): DropEntry => ({
    name: file.name,
    isFolder: handle?.isDirectory === true,
    path: client.pathOfDropped(file),
  }));
  const meaning = meaningOfDrop(entries);
  if (meaning === null) return;
  const { path, meant, leftOutCount } = meaning;
  const { take } = useDroppedStore.getState();
  if (path !== null) take(null, leftOutCount);
  else {
    const handle = taken[entries.indexOf(meant)]?.handle ?? null;
    const names = await namesInside(handle);
    take({ name: meant.name, kind: meant.isFolder ? 'folder' : 'file', entries: names }, leftOutCount);
  }
  useAddressStore.getState().go({ view: 'add', path, layout: null });
}

function isDirectory(handle: FileSystemEntry): handle is FileSystemDirectoryEntry {
  return handle.isDirectory;
}

/** The first hundred names of a dropped folder, which is as many as a browser reads at once. */
async function namesInside(handle: FileSystemEntry | null): Promise<readonly string[]> {
  if (handle === null || !isDirectory(handle)) return [];
  const reader = handle.createReader();
  return await new Promise((resolve) => {
    reader.readEntries(
      (entries) => {
        resolve(entries.map(({ name }) => name));
      },
      // What cannot be read names nothing; the folder's own name is known still.
      () => {
        resolve([]);
      },
    );
  });
}
