/**
 * What the desktop host says by itself. Everything else that it shows (the menu, recent folders) comes from the window, in
 * the window's language; these are said before there is a window, or by dialogs of the system.
 */
export const hostWords = {
  productName: 'Anomaly Workbench',
  cannotStart: 'Anomaly Workbench cannot start',
  checkpoints: 'CLIP checkpoints',
  learnedPrompts: 'Learned prompts',
  onlyOurWindow: 'Only the workbench window may ask for this.',
  edit: 'Edit',
  view: 'View',
} as const;
