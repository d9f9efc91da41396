interface Entry<T> {
  readonly promise: Promise<T>;
  value?: T;
}

/** How much the things of a cache may weigh together. */
interface Weights<T> {
  readonly most: number;
  readonly weigh: (value: T) => number;
}

/**
 * The last few things that were loaded, by key; fewer where together they weigh too much, but always the one that came last.
 * What failed to load is forgotten, so that it is tried again.
 */
export class ResourceCache<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly capacity: number;

  private readonly weights: Weights<T> | null;

  constructor(capacity: number, weights: Weights<T> | null = null) {
    this.capacity = capacity;
    this.weights = weights;
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
        this.lighten(entry);
      },
      () => {
        if (this.entries.get(key) === entry) this.entries.delete(key);
      },
    );
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.capacity && oldest !== undefined) this.entries.delete(oldest);
    return entry.promise;
  }

  /** Lets go of what was not asked for longest, until the rest is light enough. */
  private lighten(newest: Entry<T>): void {
    if (this.weights === null) return;
    const { most, weigh } = this.weights;
    const weightOf = ({ value }: Entry<T>) => (value === undefined ? 0 : weigh(value));
    let total = [...this.entries.values()].reduce((sum, entry) => sum + weightOf(entry), 0);
    for (const [key, entry] of this.entries) {
      if (total <= most) return;
      if (entry === newest || entry.value === undefined) continue;
      this.entries.delete(key);
      total -= weightOf(entry);
    }
  }
}
