import type { Dtype } from './tensor-dtype.ts';

/** What a pickle can become here: plain values, descriptions of tensors, and inert records of what was named but never made. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleRecord
  | PickleStorage
  | PickleTensor;

export class PickleList {
  readonly items: PickleValue[] = [];
}

export class PickleTuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** Keys are compared as JavaScript compares them; checkpoints use strings and whole numbers. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** A name that the allow-list knows. It stands for itself; nothing is looked up or loaded. */
export class PickleGlobal {
  readonly qualifiedName: string;
  constructor(qualifiedName: string) {
    this.qualifiedName = qualifiedName;
  }
}

/** An object that Python would have built: its class's name and the state it would have been given. */
export class PickleRecord {
  readonly className: string;
  state: PickleValue = null;
  constructor(className: string) {
    this.className = className;
  }
}

/** `elementCount` elements in the archive's record `data/<key>`. */
export class PickleStorage {
  readonly dtype: Dtype;
  readonly key: string;
  readonly elementCount: number;
  constructor(dtype: Dtype, key: string, elementCount: number) {
    this.dtype = dtype;
    this.key = key;
    this.elementCount = elementCount;
  }
}

/** A strided view of a storage, offsets and strides in elements. Not yet checked against the storage. */
export class PickleTensor {
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor(storage: PickleStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}
