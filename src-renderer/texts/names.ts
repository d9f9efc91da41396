/** Names that are the same in every language. */
export const productName = 'Anomaly Workbench';
export const curveNames = { roc: 'ROC', pr: 'PR' } as const;
