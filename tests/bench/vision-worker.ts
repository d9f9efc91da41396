// Times the product's own vision graph in a process of its own: one line of JSON an order read from standard input.
import { anomalyClipMethod } from '../../src-main/compute/methods/anomalyclip.ts';
import { paperLayers } from '../../src-main/compute/methods/defaults.ts';
import { vitLarge336 } from './random-model.ts';
import { timeExtractor } from './time-extractor.ts';

const [folder = '', threads = '2'] = process.argv.slice(2);
const needs = anomalyClipMethod.needs(vitLarge336, { layers: paperLayers(vitLarge336) });
await timeExtractor({ folder, config: vitLarge336 }, needs, Number(threads));
