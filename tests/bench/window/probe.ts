/** What of the window has to have changed for an action to have arrived. */
export type Arrival =
  /** Other tiles, or another count, than before. */
  | { readonly kind: 'gallery' }
  /** So many viewers show an image whole (null: another one than before), each with its own heat map painted since. */
  | { readonly kind: 'overlay'; readonly viewers: number; readonly imageId: number | null }
  /** The strip of a comparison begins with other images. */
  | { readonly kind: 'strip'; readonly testId: string };

/** Milliseconds since the trigger. */
export interface Arrived {
  /** Until our thread had finished the frame that shows it. */
  readonly mainMs: number;
  /** Until that frame was presented, as Event Timing says (to 8 ms); null where no input event began it. */
  readonly presentedMs: number | null;
}

export interface FrameRecord {
  /** Between frames, by their own timestamps. */
  readonly intervalsMs: readonly number[];
  /** Of the visible tiles, those whose picture was not there yet, averaged over the frames that were looked at. */
  readonly withoutPicture: number;
  /** Of the gallery's height, what no tile covered. */
  readonly uncovered: number;
}

export interface CallRecord {
  readonly method: string;
  readonly ms: number;
  readonly characters: number;
}

export interface Probe {
  /** Gets ready to time what the next event of this type brings about; `null`: what `begin` brings about. */
  arm(trigger: string | null, arrival: Arrival): void;
  begin(): void;
  arrived(): Promise<Arrived>;
  startFrames(): void;
  stopFrames(): FrameRecord;
  /** Since the start of navigation: counts and tiles there; every visible picture there. */
  opened(): Promise<{ readonly usableMs: number; readonly picturesMs: number }>;
  readonly calls: CallRecord[];
}

declare global {
  interface Window {
    bench: Probe;
  }
}

/** Runs in the page before anything of it does: everything it needs is inside. */
export function installProbe(): void {
  const tileSelector = '[data-testid="gallery"] [data-index]';
  const after = (work: () => void) => {
    // A message posted in a frame's callback comes after style, layout and paint of that frame.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = work;
    port2.postMessage(null);
  };

  const pictures = new Map<HTMLCanvasElement, { id: number; atMs: number }>();
  const heats = new Map<HTMLCanvasElement, number>();
  const paintedAt = new WeakMap<object, number>();
  let newestPicture: number | null = null;
  // A bitmap does not say what it was made of: the answer of an image's address, by way of its bytes.
  const imageOf = new WeakMap<object, number>();
  const imageAt = (address: string) => Number(/\/assets\/image\/(\d+)/.exec(address)?.[1] ?? NaN);
  const { blob } = Response.prototype;
  Response.prototype.blob = async function (this: Response) {
    const bytes = await blob.call(this);
    imageOf.set(bytes, imageAt(this.url));
    return bytes;
  };
  const { createImageBitmap: makeBitmap } = window;
  window.createImageBitmap = async (...args: unknown[]): Promise<ImageBitmap> => {
    const bitmap = await (Reflect.apply(makeBitmap, window, args) as Promise<ImageBitmap>);
    const [source] = args;
    if (source instanceof Blob) imageOf.set(bitmap, imageOf.get(source) ?? NaN);
    return bitmap;
  };
  const { drawImage, putImageData } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.putImageData = function (
    this: CanvasRenderingContext2D,
    ...args: unknown[]
  ) {
    paintedAt.set(this.canvas, performance.now());
    Reflect.apply(putImageData, this, args);
  };
  CanvasRenderingContext2D.prototype.drawImage = function (
    this: CanvasRenderingContext2D,
    ...args: unknown[]
  ) {
    const [source] = args;
    if (source instanceof HTMLImageElement || source instanceof ImageBitmap) {
      const id = source instanceof ImageBitmap ? (imageOf.get(source) ?? NaN) : imageAt(source.src);
      if (!Number.isNaN(id)) {
        pictures.set(this.canvas, { id, atMs: performance.now() });
        newestPicture = id;
      }
    } else if (source instanceof HTMLCanvasElement) {
      const atMs = paintedAt.get(source);
      if (atMs !== undefined) heats.set(this.canvas, atMs);
    }
    Reflect.apply(drawImage, this, args);
  };

  const calls: CallRecord[] = [];
  const asked = new Map<number, { method: string; atMs: number }>();
  const { send } = WebSocket.prototype;
  const listening = new WeakSet<WebSocket>();
  WebSocket.prototype.send = function (this: WebSocket, data) {
    if (typeof data === 'string') {
      const { id, method } = JSON.parse(data) as { id: number; method: string };
      asked.set(id, { method, atMs: performance.now() });
    }
    if (!listening.has(this)) {
      listening.add(this);
      this.addEventListener('message', (event) => {
        const text = String(event.data);
        const id = Number(
          /"id":(\d+)/.exec(text.slice(0, 80))?.[1] ?? text.slice(-20).match(/"id":(\d+)/)?.[1],
        );
        const call = asked.get(id);
        if (!call) return;
        asked.delete(id);
        calls.push({ method: call.method, ms: performance.now() - call.atMs, characters: text.length });
      });
    }
    send.call(this, data);
  };

  const signature = (selector: string, most: number) =>
    [...document.querySelectorAll(selector)]
      .slice(0, most)
      .map((tile) => tile.getAttribute('data-image') ?? tile.getAttribute('aria-label'))
      .join('|');
  const signatureOf = (arrival: Arrival): string => {
    if (arrival.kind === 'gallery') {
      const count = document.querySelector('[data-testid="images-shown"]')?.textContent;
      return `${count} ${signature(tileSelector, 12)}`;
    }
    return arrival.kind === 'strip' ? signature(`[data-testid="${arrival.testId}"] [data-image]`, 6) : '';
  };
  let shownBefore: number | null = null;
  const isThere = (arrival: Arrival, before: string, sinceMs: number): boolean => {
    if (arrival.kind !== 'overlay') return signatureOf(arrival) !== before;
    const fresh = [...pictures.values()].filter(
      ({ id, atMs }) =>
        atMs >= sinceMs && (arrival.imageId === null ? id !== shownBefore : id === arrival.imageId),
    );
    const painted = [...heats.values()].filter((atMs) => atMs >= sinceMs);
    return fresh.length >= arrival.viewers && painted.length >= arrival.viewers;
  };

  const eventEntries: PerformanceEntry[] = [];
  new PerformanceObserver((list) => eventEntries.push(...list.getEntries())).observe({
    type: 'event',
    durationThreshold: 16,
  } as PerformanceObserverInit);
  const presentedOf = async (startMs: number): Promise<number> => {
    // Entries come with the frame after; one that does not come took less than the least that is told.
    for (let waited = 0; waited < 10; waited++) {
      const found = eventEntries.filter(({ startTime }) => Math.abs(startTime - startMs) < 0.5);
      if (found.length > 0) return Math.max(...found.map(({ duration }) => duration));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return 16;
  };

  let arrived: Promise<Arrived> = Promise.reject(new Error('Nothing was armed.'));
  arrived.catch(() => undefined);
  let begin: () => void = () => undefined;
  const arm = (trigger: string | null, arrival: Arrival) => {
    const before = signatureOf(arrival);
    shownBefore = newestPicture;
    if (arrival.kind === 'overlay') {
      pictures.clear();
      heats.clear();
    }
    arrived = new Promise((resolve, reject) => {
      const start = (startMs: number) => {
        const look = () => {
          if (performance.now() - startMs > 20_000) {
            reject(
              new Error(
                `What ${trigger} should bring about did not come in 20 s: ${JSON.stringify(arrival)}`,
              ),
            );
          } else if (!isThere(arrival, before, startMs)) requestAnimationFrame(look);
          else
            after(() => {
              const mainMs = performance.now() - startMs;
              if (trigger === null) resolve({ mainMs, presentedMs: null });
              else
                void presentedOf(startMs).then((presentedMs) => {
                  resolve({ mainMs, presentedMs: Math.max(mainMs, presentedMs) });
                });
            });
        };
        requestAnimationFrame(look);
      };
      if (trigger === null)
        begin = () => {
          start(performance.now());
        };
      else
        window.addEventListener(
          trigger,
          (event) => {
            start(event.timeStamp);
          },
          { capture: true, once: true },
        );
    });
    arrived.catch(() => undefined);
  };

  let frames: number[] | null = null;
  let looks: { withoutPicture: number; uncovered: number }[] = [];
  const lookAtTiles = () => {
    const gallery = document.querySelector('[data-testid="gallery"]')?.getBoundingClientRect();
    if (!gallery) return;
    const visible = [...document.querySelectorAll(tileSelector)].flatMap((tile) => {
      const { top, bottom } = tile.getBoundingClientRect();
      return bottom > gallery.top && top < gallery.bottom ? [{ tile, top, bottom }] : [];
    });
    const missing = visible.filter(({ tile }) => {
      const picture = tile.querySelector('img');
      return picture !== null && !(picture.complete && picture.naturalWidth > 0);
    });
    const [first, last] = [
      Math.min(...visible.map(({ top }) => top)),
      Math.max(...visible.map((v) => v.bottom)),
    ];
    // Rows and their gaps are one: only what lies above the first and below the last is bare.
    const bare = Math.max(0, first - gallery.top - 24) + Math.max(0, gallery.bottom - last - 24);
    looks.push({
      withoutPicture: visible.length === 0 ? 0 : missing.length / visible.length,
      uncovered: visible.length === 0 ? 1 : bare / gallery.height,
    });
  };
  const tick = (atMs: number) => {
    if (frames === null) return;
    frames.push(atMs);
    if (frames.length % 4 === 0) lookAtTiles();
    requestAnimationFrame(tick);
  };
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

  window.bench = {
    arm,
    begin: () => {
      begin();
    },
    arrived: () => arrived,
    startFrames: () => {
      frames = [];
      looks = [];
      requestAnimationFrame(tick);
    },
    stopFrames: () => {
      const times = frames ?? [];
      frames = null;
      return {
        intervalsMs: times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)),
        withoutPicture: meanOf(looks.map((look) => look.withoutPicture)),
        uncovered: meanOf(looks.map((look) => look.uncovered)),
      };
    },
    opened: () =>
      new Promise((resolve) => {
        let usableMs: number | null = null;
        const look = () => {
          const count = document.querySelector('[data-testid="images-shown"]')?.textContent ?? '';
          const tiles = [...document.querySelectorAll(tileSelector)];
          const filters = document.querySelectorAll('[role="checkbox"], input[type="checkbox"]').length;
          if (usableMs === null && /\d/.test(count) && tiles.length > 0 && filters > 0)
            usableMs = performance.now();
          const all = tiles.every((tile) => {
            const picture = tile.querySelector('img');
            const isNear = tile.getBoundingClientRect().top < window.innerHeight;
            return picture === null || !isNear || (picture.complete && picture.naturalWidth > 0);
          });
          if (usableMs === null || !all) requestAnimationFrame(look);
          else {
            const usable = usableMs;
            after(() => {
              resolve({ usableMs: usable, picturesMs: performance.now() });
            });
          }
        };
        look();
      }),
    calls,
  };
}
