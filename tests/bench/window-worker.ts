// Times WinCLIP's pass over one image (class token, windows of 2×2 and 3×3) in a process of its own: one line of JSON an order
// read from standard input.
import { winClipMethod } from '../../src-main/compute/methods/winclip.ts';
import { benchModels } from './random-model.ts';
import { timeExtractor } from './time-extractor.ts';

const [folder = '', name = '', imageSize = '', threads = '2'] = process.argv.slice(2);
const config = benchModels[name];
if (!config) throw new Error(`no model of the bench is called ${name}`);
const needs = winClipMethod.needs(config, { imageSizePx: Number(imageSize) });
await timeExtractor({ folder, config }, needs, Number(threads));
