/** Names that are the same in every language. */
export const productName = 'Anomaly Workbench';
export const curveNames = { roc: 'ROC', pr: 'PR' } as const;
export const optimiserNames = { adam: 'Adam', sgd: 'SGD' } as const;
export const attentionNames = { qq: 'Q-Q', kk: 'K-K', ensemble: 'Q-Q + K-K + V-V' } as const;
