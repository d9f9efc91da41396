import {
  layoutOptionsSchema,
  lookSummarySchema,
  type ClassCounts,
  type Dataset,
  type DatasetLayout,
  type LayoutOptions,
  type LookSummary,
  type Problem,
  type ProblemCode,
} from '../../../src-shared/domain/dataset.ts';
import type { Database } from './database.ts';

/** So many images stand on the card of a data set. */
const coverImages = 6;

interface DatasetRow {
  id: number;
  name: string;
  root: string;
  layout: DatasetLayout;
  state: 'importing' | 'ready';
  created_at_ms: number;
  layout_options: string;
  last_opened_at_ms: number | null;
  last_look: string | null;
}

interface ClassRow {
  class_name: string;
  label: 'good' | 'anomalous' | null;
  images: number;
  masks: number;
  first_id: number;
  last_id: number;
}

/** What a data set is without its counts: enough for jobs and assets, and cheap. */
export interface DatasetCore {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly layout: DatasetLayout;
  readonly layoutOptions: LayoutOptions;
}

type CoreRow = Omit<DatasetCore, 'layoutOptions'> & { readonly layoutOptions: string };

function toCore(row: CoreRow): DatasetCore {
  return { ...row, layoutOptions: readOptions(row.layoutOptions) };
}

/** Options that a newer program stored are left out rather than the data set with them. */
function readOptions(json: string): LayoutOptions {
  const parsed = layoutOptionsSchema.safeParse(JSON.parse(json));
  return parsed.success ? parsed.data : {};
}

/** What a newer program stored in another form is left out. */
function lookOf(json: string | null): { lastLook?: LookSummary } {
  const parsed = lookSummarySchema.safeParse(json === null ? null : JSON.parse(json));
  return parsed.success ? { lastLook: parsed.data } : {};
}

/** Data sets with their problems. A removed one is invisible at once; `purgeStep` clears its rows away bit by bit. */
export function createDatasetsRepository(database: Database) {
  const columns =
    'id, name, root, layout, state, created_at_ms, layout_options, last_opened_at_ms, last_look';
  const coreColumns = 'id, name, root, layout, layout_options AS layoutOptions';

  function classRowsOf(datasetId: number): ClassRow[] {
    return database.all<ClassRow>(
      `SELECT class_name, label, count(*) AS images, sum(mask_path IS NOT NULL) AS masks,
              min(id) AS first_id, max(id) AS last_id
       FROM images WHERE dataset_id = ? GROUP BY class_name, label`,
      [datasetId],
    );
  }

  function classesOf(rows: readonly ClassRow[]): ClassCounts[] {
    const classes = new Map<string, { -readonly [K in keyof ClassCounts]: ClassCounts[K] }>();
    for (const row of rows) {
      const counts = classes.get(row.class_name) ?? {
        name: row.class_name,
        good: 0,
        anomalous: 0,
        unlabelled: 0,
        masks: 0,
      };
      counts[row.label ?? 'unlabelled'] += row.images;
      counts.masks += row.masks;
      classes.set(row.class_name, counts);
    }
    return [...classes.values()];
  }

  /** One of every class and label as far as they go round, then the first ones of the set. */
  function coverOf(datasetId: number, rows: readonly ClassRow[]): number[] {
    const step = Math.max(1, Math.floor(rows.length / coverImages));
    const spread = rows.filter((_, index) => index % step === 0).map((row) => row.first_id);
    const chosen = new Set([...spread, ...rows.map((row) => row.last_id)].slice(0, coverImages));
    if (chosen.size < coverImages) {
      const sql = 'SELECT id FROM images WHERE dataset_id = ? ORDER BY id LIMIT ?';
      for (const { id } of database.all<{ id: number }>(sql, [datasetId, 2 * coverImages])) chosen.add(id);
    }
    return [...chosen].slice(0, coverImages);
  }

  function toDataset(row: DatasetRow): Dataset {
    const classRows = classRowsOf(row.id);
    const classes = classesOf(classRows);
    const layoutOptions = readOptions(row.layout_options);
    return {
      id: row.id,
      name: row.name,
      root: row.root,
      layout: row.layout,
      state: row.state,
      createdAtMs: row.created_at_ms,
      imageCount: classes.reduce((sum, c) => sum + c.good + c.anomalous + c.unlabelled, 0),
      problemCount: countProblems(row.id),
      classes,
      coverImageIds: coverOf(row.id, classRows),
      ...(Object.keys(layoutOptions).length === 0 ? {} : { layoutOptions }),
      ...(row.last_opened_at_ms === null ? {} : { lastOpenedAtMs: row.last_opened_at_ms }),
      ...lookOf(row.last_look),
    };
  }

  function countProblems(datasetId: number): number {
    return (
      database.get<{ n: number }>('SELECT count(*) AS n FROM problems WHERE dataset_id = ?', [datasetId])
        ?.n ?? 0
    );
  }

  return {
    list(): Dataset[] {
      return database
        .all<DatasetRow>(`SELECT ${columns} FROM datasets WHERE removed_at_ms IS NULL ORDER BY id`)
        .map(toDataset);
    },
    get(datasetId: number): Dataset | null {
      const row = database.get<DatasetRow>(
        `SELECT ${columns} FROM datasets WHERE id = ? AND removed_at_ms IS NULL`,
        [datasetId],
      );
      return row === undefined ? null : toDataset(row);
    },
    /** Name, root and layout only, without counting 50,000 rows. */
    getCore(datasetId: number): DatasetCore | null {
      const row = database.get<CoreRow>(
        `SELECT ${coreColumns} FROM datasets WHERE id = ? AND removed_at_ms IS NULL`,
        [datasetId],
      );
      return row === undefined ? null : toCore(row);
    },
    findByRoot(root: string): DatasetCore | null {
      const row = database.get<CoreRow>(
        `SELECT ${coreColumns} FROM datasets WHERE root = ? AND removed_at_ms IS NULL`,
        [root],
      );
      return row === undefined ? null : toCore(row);
    },
    insert(dataset: {
      name: string;
      root: string;
      layout: DatasetLayout;
      layoutOptions?: LayoutOptions;
      createdAtMs: number;
    }): number {
      return database.run(
        `INSERT INTO datasets (name, root, layout, layout_options, state, created_at_ms)
         VALUES (?, ?, ?, ?, 'importing', ?)`,
        [
          dataset.name,
          dataset.root,
          dataset.layout,
          JSON.stringify(dataset.layoutOptions ?? {}),
          dataset.createdAtMs,
        ],
      ).lastInsertRowid;
    },
    update(
      datasetId: number,
      change: { name: string; layout: DatasetLayout; layoutOptions: LayoutOptions },
    ): void {
      database.run('UPDATE datasets SET name = ?, layout = ?, layout_options = ? WHERE id = ?', [
        change.name,
        change.layout,
        JSON.stringify(change.layoutOptions),
        datasetId,
      ]);
    },
    setWatched(datasetId: number, watched: boolean): void {
      database.run('UPDATE datasets SET watched = ? WHERE id = ?', [watched ? 1 : 0, datasetId]);
    },
    isWatched(datasetId: number): boolean {
      return (
        database.get<{ watched: number }>('SELECT watched FROM datasets WHERE id = ?', [datasetId])
          ?.watched === 1
      );
    },
    watched(): DatasetCore[] {
      return database
        .all<CoreRow>(
          `SELECT ${coreColumns} FROM datasets WHERE watched = 1 AND removed_at_ms IS NULL ORDER BY id`,
        )
        .map(toCore);
    },
    /** Name, root and layout of all. */
    listCores(): DatasetCore[] {
      return database
        .all<CoreRow>(`SELECT ${coreColumns} FROM datasets WHERE removed_at_ms IS NULL ORDER BY id`)
        .map(toCore);
    },
    setName(datasetId: number, name: string): void {
      database.run('UPDATE datasets SET name = ? WHERE id = ?', [name, datasetId]);
    },
    setRoot(datasetId: number, root: string): void {
      database.run('UPDATE datasets SET root = ? WHERE id = ?', [root, datasetId]);
    },
    setOpened(datasetId: number, atMs: number): void {
      database.run('UPDATE datasets SET last_opened_at_ms = ? WHERE id = ?', [atMs, datasetId]);
    },
    setLook(datasetId: number, look: LookSummary): void {
      database.run('UPDATE datasets SET last_look = ? WHERE id = ?', [JSON.stringify(look), datasetId]);
    },
    setState(datasetId: number, state: 'importing' | 'ready'): void {
      database.run('UPDATE datasets SET state = ? WHERE id = ?', [state, datasetId]);
    },

    /** At most `limit` of them; false when none are left. */
    clearProblems(datasetId: number, limit: number): boolean {
      const { changes } = database.run(
        'DELETE FROM problems WHERE id IN (SELECT id FROM problems WHERE dataset_id = ? ORDER BY id LIMIT ?)',
        [datasetId, limit],
      );
      return changes === limit;
    },
    addProblems(datasetId: number, problems: readonly Problem[]): void {
      for (const { path, code, message } of problems) {
        database.run('INSERT INTO problems (dataset_id, path, code, message) VALUES (?, ?, ?, ?)', [
          datasetId,
          path,
          code,
          message,
        ]);
      }
    },
    countProblems,
    /** What was said of which path, of one kind of problem. */
    problemsOf(datasetId: number, code: ProblemCode): Map<string, string> {
      const rows = database.all<{ path: string; message: string }>(
        'SELECT path, message FROM problems WHERE dataset_id = ? AND code = ?',
        [datasetId, code],
      );
      return new Map(rows.map((row) => [row.path, row.message]));
    },
    problems(datasetId: number, offset: number, limit: number): Problem[] {
      return database.all<{ path: string; code: ProblemCode; message: string }>(
        'SELECT path, code, message FROM problems WHERE dataset_id = ? ORDER BY id LIMIT ? OFFSET ?',
        [datasetId, limit, offset],
      );
    },

    markRemoved(datasetId: number, atMs: number): boolean {
      return (
        database.run('UPDATE datasets SET removed_at_ms = ? WHERE id = ? AND removed_at_ms IS NULL', [
          atMs,
          datasetId,
        ]).changes > 0
      );
    },
    /** Deletes at most `limit` images of removed data sets; false when nothing is left to clear away. */
    purgeStep(limit: number): boolean {
      const removed = database.get<{ id: number }>(
        'SELECT id FROM datasets WHERE removed_at_ms IS NOT NULL LIMIT 1',
      );
      if (removed === undefined) return false;
      database.transaction(() => {
        const { changes } = database.run(
          'DELETE FROM images WHERE id IN (SELECT id FROM images WHERE dataset_id = ? LIMIT ?)',
          [removed.id, limit],
        );
        if (changes === 0) database.run('DELETE FROM datasets WHERE id = ?', [removed.id]);
      });
      return true;
    },
  };
}
