// What a window and its desktop tell each other: the menu, recent folders, and what was handed to the program.
import { z } from 'zod';

/** What the system does by itself, under a name of ours. */
export const menuRoleSchema = z.enum([
  'undo',
  'redo',
  'cut',
  'copy',
  'paste',
  'selectAll',
  'resetZoom',
  'zoomIn',
  'zoomOut',
  'togglefullscreen',
  'minimize',
  'zoom',
  'close',
  'front',
  'services',
  'hide',
  'hideOthers',
  'unhide',
  'quit',
]);

const label = z.string().min(1).max(200);

const menuEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('separator') }).readonly(),
  z.object({ kind: z.literal('role'), role: menuRoleSchema, label }).readonly(),
  z
    .object({
      kind: z.literal('command'),
      /** What the window is told when it is chosen. */
      id: z.string().min(1).max(100),
      label,
      /** As Electron writes it, `CmdOrCtrl+K`; for reading only, the window itself listens to keys. Null: none. */
      accelerator: z.string().max(40).nullable(),
      enabled: z.boolean(),
      /** Null: not one of a choice. */
      checked: z.boolean().nullable(),
    })
    .readonly(),
]);
export type MenuEntry = z.infer<typeof menuEntrySchema>;

const menuListSchema = z
  .object({ kind: z.literal('list'), label, entries: z.array(menuEntrySchema).max(50).readonly() })
  .readonly();

export const menuPartSchema = z
  .object({
    /** Which of the menus that a desktop gives a place of its own; `app` is macOS's first. */
    id: z.enum(['app', 'file', 'edit', 'view', 'run', 'window', 'help']),
    label,
    entries: z
      .array(z.union([menuEntrySchema, menuListSchema]))
      .max(50)
      .readonly(),
  })
  .readonly();
export type MenuPart = z.infer<typeof menuPartSchema>;

/** Everything that the window has the desktop show of it, in the window's language. */
export const shellSchema = z
  .object({
    menu: z.array(menuPartSchema).min(1).max(8).readonly(),
    recent: z
      .object({
        heading: label,
        folders: z
          .array(z.object({ name: label, path: z.string().min(1).max(4096) }).readonly())
          .max(20)
          .readonly(),
      })
      .readonly(),
  })
  .readonly();
export type Shell = z.infer<typeof shellSchema>;

/** What travels from the desktop to the window. */
export const shellEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), id: z.string() }),
  /** A folder that was dropped on the program's icon, or named where it was started. */
  z.object({ kind: z.literal('folder'), path: z.string() }),
]);
export type ShellEvent = z.infer<typeof shellEventSchema>;
