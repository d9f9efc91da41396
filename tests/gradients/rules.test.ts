import { describe, expect, it } from 'vitest';
import { derivativeRules } from '../../src-main/compute/tensor-graph/derivatives.ts';
import { topologicalOrder } from '../../src-main/compute/tensor-graph/tensor.ts';
import { cases } from './cases.ts';
import { expectDifferencesToAgree, expectOnnxRuntimeToAgree, prepare } from './check-gradients.ts';
import { evaluators } from './reference-interpreter.ts';

describe('the derivative of', () => {
  it.each(Object.entries(cases))('%s agrees with central differences in float64', (_, given) => {
    expect.hasAssertions();
    expectDifferencesToAgree(given);
  });
});

describe('ONNX Runtime and the interpreter agree, forwards and backwards, on', () => {
  it.each(Object.entries(cases))('%s', async (_, given) => {
    expect.hasAssertions();
    await expectOnnxRuntimeToAgree(given);
  });
});

describe('the rules', () => {
  it('are one for every operator, at run time too', () => {
    expect(Object.keys(derivativeRules).sort()).toEqual(Object.keys(evaluators).sort());
    for (const rule of Object.values(derivativeRules)) expect(rule).toBeTypeOf('function');
  });

  it('are each reached by a case, but for what lies in files', () => {
    const reached = new Set(
      Object.values(cases).flatMap((given) =>
        topologicalOrder([prepare(given).output]).map(({ operator }) => operator.kind),
      ),
    );
    expect(Object.keys(derivativeRules).filter((kind) => !reached.has(kind as never))).toEqual(['weight']);
  });
});
