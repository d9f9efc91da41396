/** Anomaly map on the model's patch grid, row-major; the only form of a map that is stored (design.md rule 6). */
export interface PatchMap {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}
