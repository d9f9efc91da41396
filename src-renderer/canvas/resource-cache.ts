interface Entry<T> {
  readonly promise: Promise<T>;
  value?: T;
}

/** The last few things that were loaded, by key. What failed to load is forgotten, so that it is tried again. */
export class ResourceCache<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** What is there already, at once; undefined while it loads or where nobody asked for it. */
  peek(key: string): T | undefined {
    return this.entries.get(key)?.value;
  }

  load(key: string, make: () => Promise<T>): Promise<T> {
    const found = this.entries.get(key);
    this.entries.delete(key);
    if (found) {
      this.entries.set(key, found);
      return found.promise;
    }
    const entry: Entry<T> = { promise: make() };
    this.entries.set(key, entry);
    entry.promise.then(
      (value) => {
        entry.value = value;
      },
      () => {
        if (this.entries.get(key) === entry) this.entries.delete(key);
      },
    );
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.capacity && oldest !== undefined) this.entries.delete(oldest);
    return entry.promise;
  }
}
