import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectDatabase } from '../../src-main/core/db/database.ts';
import { migrateDatabase, readMigrations } from '../../src-main/core/db/migrate.ts';
import { databaseFileName, openDatabase } from '../../src-main/core/db/open-database.ts';
import { createRepositories } from '../../src-main/core/db/repositories.ts';
import { migrationsFolder, temporaryFolder } from '../unit/core/support/harness.ts';

const log = () => undefined;
const migrations = readMigrations(migrationsFolder);
const newest = migrations.length;

/** A database as the program of format `version` left it. */
async function openAtVersion(version: number) {
  const dataFolder = await temporaryFolder();
  const database = connectDatabase({ filePath: join(dataFolder, databaseFileName), log });
  migrateDatabase(database, migrations.slice(0, version), log);
  return { dataFolder, database };
}

/** A folder of migrations: the real ones and further ones. */
async function migrationsWith(further: Readonly<Record<string, string>>) {
  const folder = join(await temporaryFolder(), 'migrations');
  await cp(migrationsFolder, folder, { recursive: true });
  for (const [name, sql] of Object.entries(further)) await writeFile(join(folder, name), sql);
  return folder;
}

function schemaOf(database: ReturnType<typeof connectDatabase>) {
  return database.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
}

describe('migrations', () => {
  it('are numbered without a gap and there is one to migrate from', () => {
    expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1));
    expect(newest).toBeGreaterThanOrEqual(2);
  });

  it('make a new database in its newest form without leaving a backup', async () => {
    const dataFolder = await temporaryFolder();
    const database = openDatabase({ dataFolder, migrationsFolder, log });
    expect(database.pragma('user_version')).toBe(newest);
    expect(database.pragma('journal_mode')).toBe('wal');
    expect(database.pragma('foreign_keys')).toBe(1);
    expect(database.pragma('synchronous')).toBe(2);
    database.close();
    expect(await readdir(dataFolder)).not.toContain('backups');
  });

  for (let version = 1; version < newest; version++) {
    it(`lead from format ${version} to the same schema as a new database`, async () => {
      const { database } = await openAtVersion(version);
      migrateDatabase(database, migrations, log);
      const fresh = openDatabase({ dataFolder: await temporaryFolder(), migrationsFolder, log });
      expect(schemaOf(database)).toEqual(schemaOf(fresh));
      database.close();
      fresh.close();
    });
  }

  it('keep what format 1 knew: data sets, images, problems, settings and jobs', async () => {
    const { dataFolder, database } = await openAtVersion(1);
    database.execute(`
      INSERT INTO settings (key, value) VALUES ('theme', '"dark"');
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);
      INSERT INTO images (id, dataset_id, path, class_name, split, defect, label, width_px, height_px, size_bytes,
        modified_at_ms, mask_path, seen_by_import)
      VALUES (7, 3, 'bottle/test/crack/1.png', 'bottle', 'test', 'crack', 'anomalous', 9, 8, 100, 1.5, 'm.png', 1);
      INSERT INTO problems (dataset_id, path, code, message) VALUES (3, 'x.png', 'unreadable-image', 'x.png is damaged.');
      INSERT INTO jobs (id, kind, title, payload, state, dataset_id, created_at_ms, queued_at_ms)
      VALUES (2, 'dataset-import', 'Import Bottles', '{"datasetId":3,"layout":"mvtec"}', 'cancelled', 3, 4, 4);`);
    database.close();

    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { settings, datasets, images, jobs, runs } = createRepositories(migrated);
    expect(settings.all()).toEqual({ theme: 'dark' });
    expect(datasets.get(3)).toMatchObject({
      name: 'Bottles',
      imageCount: 1,
      problemCount: 1,
      classes: [{ name: 'bottle', anomalous: 1, masks: 1 }],
    });
    expect(images.get(7)).toMatchObject({ path: 'bottle/test/crack/1.png', widthPx: 9, modifiedAtMs: 1.5 });
    expect(jobs.get(2)).toMatchObject({ state: 'cancelled', datasetId: 3 });
    expect(runs.list(null)).toEqual([]);
    migrated.close();
  });

  it('keep the models of format 2 as a user’s own, and their configurations', async () => {
    const { dataFolder, database } = await openAtVersion(2);
    const config = {
      ...{ embeddingSize: 768, activation: 'quick_gelu', layerNormEpsilon: 1e-5 },
      vision: { width: 1024, layers: 24, heads: 16, patchSize: 14, gridSize: 24, mlpWidth: 4096 },
      text: { width: 768, layers: 12, heads: 12, contextLength: 77, vocabularySize: 49_408, mlpWidth: 3072 },
    };
    database.run(
      `INSERT INTO models (id, name, format, source_file, sha256, config, source_dtype, size_bytes, imported_at_ms)
       VALUES ('vit-l', 'ViT-L', 'safetensors', 'a.safetensors', ?, ?, 'F16', 9, 5)`,
      ['c'.repeat(64), JSON.stringify(config)],
    );
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { models } = createRepositories(migrated);
    expect(models.list()).toEqual([
      {
        ...{
          id: 'vit-l',
          name: 'ViT-L',
          format: 'safetensors',
          sourceFile: 'a.safetensors',
          sourceDtype: 'F16',
        },
        ...{ sha256: 'c'.repeat(64), config, sizeBytes: 9, importedAtMs: 5 },
      },
    ]);
    expect(models.bundled()).toBeNull();
    migrated.close();
  });

  it('keep the runs of format 3 as what their jobs say of them, without references', async () => {
    const { dataFolder, database } = await openAtVersion(3);
    database.execute(`
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);
      INSERT INTO images (id, dataset_id, path, class_name, label, width_px, height_px, size_bytes, modified_at_ms, seen_by_import)
      VALUES (7, 3, 'bottle/test/good/1.png', 'bottle', 'good', 9, 8, 100, 1.5, 1);
      INSERT INTO jobs (id, kind, title, payload, state, dataset_id, run_id, created_at_ms, queued_at_ms)
      VALUES (2, 'scan', 'CLIP on Bottles', '{"runId":4}', 'succeeded', 3, 4, 4, 4);
      INSERT INTO runs (id, dataset_id, method_id, model_id, settings, rendering, job_id, created_at_ms, scored_count)
      VALUES (4, 3, 'clip', 'vit-l', '{}', '{"sizePx":518,"sigmaPx":0}', 2, 6, 1);
      INSERT INTO results (run_id, image_id, class_name, score, map_rows, map_columns, duration_ms)
      VALUES (4, 7, 'bottle', 0.5, 1, 1, 2);`);
    database.close();

    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { runs, results } = createRepositories(migrated);
    expect(runs.list(3)).toMatchObject([
      { id: 4, state: 'succeeded', scoredCount: 1, error: null, modelSha256: null, references: [] },
    ]);
    expect(results.get(4, 7)).toMatchObject({ score: 0.5 });
    migrated.close();
  });

  it('keep the images of format 4 as whole files with mask files, unwatched, read as before', async () => {
    const { dataFolder, database } = await openAtVersion(4);
    database.execute(`
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);
      INSERT INTO images (id, dataset_id, path, class_name, label, width_px, height_px, size_bytes, modified_at_ms,
        mask_path, mask_size_bytes, mask_modified_at_ms, seen_by_import)
      VALUES (7, 3, 'bottle/test/cut/1.png', 'bottle', 'anomalous', 9, 8, 100, 1.5, 'm.png', 5, 2.5, 1);`);
    database.close();

    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { datasets, images } = createRepositories(migrated);
    expect(datasets.getCore(3)).toEqual({
      ...{ id: 3, name: 'Bottles', root: '/data/b', layout: 'mvtec', layoutOptions: {} },
    });
    expect([datasets.watched(), datasets.isWatched(3)]).toEqual([[], false]);
    expect(images.get(7)).not.toHaveProperty('crop');
    expect(images.known(3, ['bottle/test/cut/1.png']).get('bottle/test/cut/1.png')).toEqual({
      ...{ id: 7, path: 'bottle/test/cut/1.png', className: 'bottle', label: 'anomalous' },
      ...{ widthPx: 9, heightPx: 8, sizeBytes: 100, modifiedAtMs: 1.5 },
      ...{ maskPath: 'm.png', maskSizeBytes: 5, maskModifiedAtMs: 2.5, maskIsFull: false },
    });
    expect(images.drawnMask(7)).toBeNull();
    migrated.close();
  });

  it('keep the prompts of format 11 as ones that do not say where they come from', async () => {
    const { dataFolder, database } = await openAtVersion(11);
    database.execute(`INSERT INTO prompt_sets (id, name, method_id, text_width, context_length, deep_blocks, deep_length,
        source_file, stored_file, sha256, imported_at_ms)
      VALUES (4, 'VisA', 'anomalyclip', 768, 12, 8, 4, 'a.pth', 'x.safetensors', '${'b'.repeat(64)}', 5)`);
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { promptSets, trainings } = createRepositories(migrated);
    expect(promptSets.get(4)?.promptSet).toMatchObject({ name: 'VisA', methodId: 'anomalyclip' });
    expect(promptSets.get(4)?.promptSet).not.toHaveProperty('provenance');
    expect(trainings.list()).toEqual([]);
    migrated.close();
  });

  it('keep the jobs of format 6 that were cancelled as cancelled, not as paused', async () => {
    const { dataFolder, database } = await openAtVersion(6);
    database.execute(`INSERT INTO jobs (id, kind, title, payload, state, created_at_ms, queued_at_ms)
      VALUES (1, 'scan', 'CLIP on Bottles', '{}', 'cancelled', 1, 1)`);
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    expect(createRepositories(migrated).jobs.get(1)?.state).toBe('cancelled');
    migrated.close();
  });

  it('keep the runs and images of format 7, of which nobody has said anything yet', async () => {
    const { dataFolder, database } = await openAtVersion(7);
    database.execute(`
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);
      INSERT INTO images (id, dataset_id, path, class_name, label, width_px, height_px, size_bytes, modified_at_ms, seen_by_import)
      VALUES (7, 3, 'bottle/test/good/1.png', 'bottle', 'good', 9, 8, 100, 1.5, 1);`);
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { verdicts, operatingPoints } = createRepositories(migrated);
    expect(verdicts.trail(3, 'bottle/test/good/1.png')).toEqual([]);
    expect(verdicts.counts(3)).toEqual([{ className: 'bottle', good: 0, defect: 0, unsure: 0, none: 1 }]);
    expect(operatingPoints.list(null)).toEqual([]);
    // Verdicts hang on the data set, never on a row of an image.
    const said = { value: 'defect', note: '', author: 'a', createdAtMs: 1, supersedesId: null } as const;
    verdicts.insert({
      ...{ ...said, datasetId: 3, imagePath: 'bottle/test/good/1.png', restoresId: null, basis: null },
    });
    migrated.run('DELETE FROM images');
    expect(verdicts.trail(3, 'bottle/test/good/1.png')).toHaveLength(1);
    migrated.run('DELETE FROM datasets');
    expect(migrated.all('SELECT * FROM verdicts')).toEqual([]);
    migrated.close();
  });

  it('keep the data sets of format 9 as never opened and never looked at again', async () => {
    const { dataFolder, database } = await openAtVersion(9);
    database.execute(
      `INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);`,
    );
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { datasets } = createRepositories(migrated);
    expect(datasets.get(3)).toMatchObject({ name: 'Bottles', root: '/data/b' });
    expect(datasets.get(3)).not.toHaveProperty('lastOpenedAtMs');
    expect(datasets.get(3)).not.toHaveProperty('lastLook');
    const look = { atMs: 9, added: 1, changed: 2, removed: 3 };
    datasets.setOpened(3, 8);
    datasets.setLook(3, look);
    expect(datasets.get(3)).toMatchObject({ lastOpenedAtMs: 8, lastLook: look });
    migrated.close();
  });

  it('keep the runs of format 8 as nameless ones over all classes, and no saved prompts', async () => {
    const { dataFolder, database } = await openAtVersion(8);
    database.execute(`
      INSERT INTO datasets (id, name, root, layout, state, created_at_ms) VALUES (3, 'Bottles', '/data/b', 'mvtec', 'ready', 5);
      INSERT INTO images (id, dataset_id, path, class_name, label, width_px, height_px, size_bytes, modified_at_ms, seen_by_import)
      VALUES (7, 3, 'bottle/test/good/1.png', 'bottle', 'good', 9, 8, 100, 1.5, 1);
      INSERT INTO jobs (id, kind, title, payload, state, dataset_id, run_id, created_at_ms, queued_at_ms)
      VALUES (2, 'scan', 'CLIP on Bottles', '{}', 'succeeded', 3, 4, 4, 4);
      INSERT INTO runs (id, dataset_id, method_id, model_id, settings, rendering, job_id, created_at_ms, scored_count)
      VALUES (4, 3, 'clip', 'vit-l', '{"objectName":"flask"}', '{"sizePx":518,"sigmaPx":0}', 2, 6, 1);`);
    database.close();
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const { runs, promptTexts } = createRepositories(migrated);
    const [run] = runs.list(3);
    expect(run).toMatchObject({ id: 4, imageCount: 1, settings: { objectName: 'flask' } });
    expect([run?.name, run?.className]).toEqual([undefined, undefined]);
    expect(promptTexts.list()).toEqual([]);
    migrated.close();
  });

  it('copy the database away first, with what still lies in its write-ahead log', async () => {
    const { dataFolder, database } = await openAtVersion(1);
    database.run(`INSERT INTO settings (key, value) VALUES ('theme', '"dark"')`);
    // Left open: the row is in the log, not yet in the file.
    const migrated = openDatabase({ dataFolder, migrationsFolder, log });
    const [backup, ...others] = await readdir(join(dataFolder, 'backups'));
    expect(others).toEqual([]);
    const copy = connectDatabase({ filePath: join(dataFolder, 'backups', backup!), log });
    expect(copy.pragma('user_version')).toBe(1);
    expect(copy.get('SELECT value FROM settings')).toEqual({ value: '"dark"' });
    for (const open of [copy, migrated, database]) open.close();
  });

  it('leave everything as it was when one of them fails', async () => {
    const dataFolder = await temporaryFolder();
    openDatabase({ dataFolder, migrationsFolder, log }).close();
    const next = String(newest + 1).padStart(4, '0');
    const folder = await migrationsWith({
      [`${next}-broken.sql`]: 'CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);',
    });
    expect(() => openDatabase({ dataFolder, migrationsFolder: folder, log })).toThrow(
      'no such table: nowhere',
    );
    const database = openDatabase({ dataFolder, migrationsFolder, log });
    expect(database.pragma('user_version')).toBe(newest);
    expect(schemaOf(database).map(({ name }) => name)).not.toContain('half');
    database.close();
  });

  it('are refused when one is missing', async () => {
    const folder = await migrationsWith({ '0099-far-away.sql': 'SELECT 1;' });
    const dataFolder = await temporaryFolder();
    expect(() => openDatabase({ dataFolder, migrationsFolder: folder, log })).toThrow('not complete');
    expect(await readdir(dataFolder)).toEqual([]);
  });
});

describe('opening a database', () => {
  it('refuses one from a newer program and says what to do', async () => {
    const { dataFolder, database } = await openAtVersion(newest);
    database.pragma(`user_version = ${newest + 3}`);
    database.close();
    expect(() => openDatabase({ dataFolder, migrationsFolder, log })).toThrow(
      expect.objectContaining({
        code: 'incompatible',
        message: expect.stringMatching(/newer version.*Update the program/),
      }),
    );
  });

  it('names a file that is no database and leaves it untouched', async () => {
    const dataFolder = await temporaryFolder();
    const filePath = join(dataFolder, databaseFileName);
    await writeFile(
      filePath,
      'my shopping list, which is long enough to fill a header of a hundred bytes'.repeat(3),
    );
    const before = await readFile(filePath);
    expect(() => openDatabase({ dataFolder, migrationsFolder, log })).toThrow(
      expect.objectContaining({ code: 'corrupt-file', message: expect.stringContaining(filePath) }),
    );
    expect(await readFile(filePath)).toEqual(before);
  });

  it('names a database whose pages were overwritten', async () => {
    const { dataFolder, database } = await openAtVersion(newest);
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    const filePath = join(dataFolder, databaseFileName);
    const bytes = await readFile(filePath);
    bytes.fill(0xa5, 100, 4096 * 3);
    await writeFile(filePath, bytes);
    expect(() => {
      const opened = openDatabase({ dataFolder, migrationsFolder, log });
      try {
        opened.all('SELECT * FROM datasets');
      } finally {
        opened.close();
      }
    }).toThrow(expect.objectContaining({ code: 'corrupt-file', message: expect.stringContaining(filePath) }));
    expect(await readFile(filePath)).toEqual(bytes);
  });

  it('says which folder cannot be made', async () => {
    const file = join(await temporaryFolder(), 'a-file');
    await writeFile(file, '');
    const dataFolder = join(file, 'below');
    expect(() => openDatabase({ dataFolder, migrationsFolder, log })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(dataFolder) }),
    );
  });

  it('refuses a folder in the database’s place', async () => {
    const dataFolder = await temporaryFolder();
    await mkdir(join(dataFolder, databaseFileName));
    expect(() => openDatabase({ dataFolder, migrationsFolder, log })).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
  });
});
