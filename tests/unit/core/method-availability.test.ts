import { expect, test } from 'vitest';
import { whyUnavailable } from '../../../src-main/core/handlers/method-availability.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model } from '../../../src-shared/domain/model.ts';

test('a method without its learned prompts says both ways to have some', () => {
  const model = { name: 'Large', config: { text: { width: 8 } } } as Model;
  const installed = { models: [model], promptSets: [] };
  expect(whyUnavailable(methodCatalogue.anomalyclip, installed, model)).toBe(
    'AnomalyCLIP needs learned prompts and none are installed. Learn some under «Training», or import a prompt checkpoint of AnomalyCLIP under «Models».',
  );
  expect(whyUnavailable(methodCatalogue.clip, installed, model)).toBeNull();
});
