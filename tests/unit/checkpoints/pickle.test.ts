import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collectTensors } from '../../../src-main/compute/checkpoints/collect-tensors.ts';
import { pickleLimits, readPickle } from '../../../src-main/compute/checkpoints/pickle-machine.ts';
import type { PickleList, PickleTuple } from '../../../src-main/compute/checkpoints/pickle-values.ts';
import { PickleDict } from '../../../src-main/compute/checkpoints/pickle-values.ts';
import { expectRefusal, useScratchFolder } from '../../support/checkpoint-scratch.ts';
import { PickleWriter } from '../../support/pickle-writer.ts';
import { processorMsOf } from '../../support/processor-time.ts';

const scratch = useScratchFolder();
const read = async (pickle: Buffer | string) =>
  readPickle(typeof pickle === 'string' ? Buffer.from(pickle, 'latin1') : pickle, 'hostile.pt');

/** How long a hostile pickle may keep the processor busy. */
const quickMs = 5000;

async function expectQuickRefusal(
  attempt: () => Promise<unknown>,
  codes: Parameters<typeof expectRefusal>[1],
  words?: RegExp,
): Promise<void> {
  const tookMs = await processorMsOf(() => expectRefusal(attempt(), codes, words));
  expect(tookMs).toBeLessThan(quickMs);
}

describe('a pickle', () => {
  it('of plain values becomes plain values', async () => {
    // pickle.dumps({'a': [1, -2, 300, 70000, 2**40, -1.5, True, None, 'é', b'x', (1, 2, 3)]}, protocol)
    const protocol2 =
      '80027d710058010000006171015d710228' +
      '4b014afeffffff4d2c014a701101008a06000000000001' +
      '47bff8000000000000884e5802000000c3a97103635f636f64656373\n656e636f64650a'.replace('\n', '0a') +
      '7104580100000078710558060000006c6174696e3171068671075271084b014b024b038771096573' +
      '2e';
    const value = await read(Buffer.from(protocol2, 'hex'));
    expect(value).toBeInstanceOf(PickleDict);
    const list = (value as PickleDict).entries.get('a') as PickleList;
    expect(list.items.slice(0, 9)).toEqual([1, -2, 300, 70_000, 2 ** 40, -1.5, true, null, 'é']);
    expect((list.items.at(-1) as PickleTuple).items).toEqual([1, 2, 3]);
  });

  it('of protocol 5 with frames and memoised strings is read', async () => {
    const protocol5 = '8005950d000000000000007d948c016194' + '4b018c0162944b0275' + '2e';
    await expectRefusal(read(Buffer.from(protocol5, 'hex')), 'corrupt-file', /not there/);
    const right = '800595100000000000000' + '07d94288c0161944b018c0162944b02752e';
    const value = (await read(Buffer.from(right, 'hex'))) as PickleDict;
    expect([...value.entries]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it.each([
    ['os.system', "cos\nsystem\n(S'touch PATH'\ntR."],
    ['posix.system', 'cposix\nsystem\nX\x05\0\0\0touch\x85R.'],
    ['builtins.eval', 'cbuiltins\neval\nX\x03\0\0\x001+1\x85R.'],
    ['builtins.exec by STACK_GLOBAL', '\x80\x04\x8c\x08builtins\x8c\x04exec\x93.'],
    ['builtins.getattr', 'cbuiltins\ngetattr\n.'],
    ['subprocess.Popen', 'csubprocess\nPopen\n.'],
    ['torch.load itself', 'ctorch.serialization\nload\n.'],
    ['torch.storage._load_from_bytes', 'ctorch.storage\n_load_from_bytes\n.'],
    ['a name behind a dot of an allowed module', 'ctorch._utils\n_rebuild_tensor_v2.__globals__\n.'],
    ['an object prototype name', 'ctorch\nconstructor\n.'],
    ['a class that looks like TorchScript', 'c__torch__x\nos\n.'],
  ])('that names %s is refused and runs nothing', async (_what, pickle) => {
    const touched = scratch.path('touched');
    await expectQuickRefusal(
      () => read(pickle.replace('PATH', touched)),
      'unsupported',
      /Nothing of it was run/,
    );
    expect(existsSync(touched)).toBe(false);
  });

  it('treats a TorchScript class as data, whatever it is called', async () => {
    const pickle = new PickleWriter()
      .global('__torch__.os', 'system')
      .text('echo')
      .raw(0x85)
      .reduce()
      .finish();
    expect(collectTensors(await read(pickle), 'x.pt').tensors.size).toBe(0);
  });

  it.each([
    ['is empty', ''],
    ['never stops', '\x80\x02N'],
    ['takes from an empty stack', '\x80\x020.'],
    ['reduces nothing', '\x80\x02R.'],
    ['pops beyond its mark', '\x80\x02(R.'],
    ['recalls what it never stored', '\x80\x02h\x07.'],
    ['has an unknown opcode', '\x80\x02\xff.'],
    ['wants extensions', '\x80\x02\x82\x01.'],
    ['instantiates by INST', '(ios\nsystem\n.'],
    ['comes from the future', '\x80\x06N.'],
    ['has a string longer than itself', '\x80\x02X\xff\xff\xff\xff.'],
    ['has a string of 2^63 bytes', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.'],
    ['has a string that is not UTF-8', '\x80\x02X\x01\0\0\0\xff.'],
    ['has a number of 4 GB', '\x80\x02\x8b\xff\xff\xff\x7f.'],
    ['has a line without end', `c${'a'.repeat(10_000)}`],
    ['sets half an item', '\x80\x02}(Nu.'],
    ['appends to a number', '\x80\x02K\x01Na.'],
    ['calls a list', '\x80\x02])R.'],
    ['has a persistent id of another kind', '\x80\x02K\x01Q.'],
    [
      'names storages that are none',
      '\x80\x02(X\x07\0\0\0storageX\x01\0\0\x00aX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ.',
    ],
    ['makes a tensor of nothing', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.'],
    ['rebuilds a type within a type', '\x80\x02ctorch._tensor\n_rebuild_from_type_v2\nq\0(h\0N(h\0NNNtNtR.'],
  ])('that %s is refused', async (_what, pickle) => {
    await expectQuickRefusal(() => read(pickle), 'corrupt-file');
  });

  it('that fills stack, memo or time is refused quickly', async () => {
    await expectQuickRefusal(
      () => read(`\x80\x02${'N'.repeat(pickleLimits.stack + 2)}.`),
      'too-large',
      /stack/,
    );
    await expectQuickRefusal(
      () => read(`\x80\x04N${'\x94'.repeat(pickleLimits.memo + 2)}.`),
      'too-large',
      /memory/,
    );
    await expectQuickRefusal(
      () => read(`\x80\x02${'N0'.repeat(pickleLimits.operations / 2 + 2)}.`),
      'too-large',
      /time/,
    );
    await expectQuickRefusal(async () => readPickle(Buffer.alloc(pickleLimits.bytes + 1), 'x'), 'too-large');
  });

  it('nested ten thousand deep is read without recursion and refused where it is walked', async () => {
    // {'a': {'a': {'a': …}}}: every dictionary is set into the one before by SETITEM.
    const depth = 10_000;
    const pickle = `\x80\x02${'}X\x01\0\0\0a'.repeat(depth)}N${'s'.repeat(depth)}.`;
    await expectQuickRefusal(
      async () => collectTensors(await read(pickle), 'x.pt'),
      'corrupt-file',
      /nested/,
    );
  });

  it('that contains itself is refused where it is walked', async () => {
    const cycle = '\x80\x02}q\0X\x01\0\0\0ah\0s.';
    await expectQuickRefusal(async () => collectTensors(await read(cycle), 'x.pt'), 'corrupt-file', /nested/);
  });

  it('whose tables multiply (each holds the one before ten times) is refused', async () => {
    const writer = new PickleWriter().emptyDict().raw(0x71, 0);
    for (let level = 1; level < 40; level++) {
      writer.emptyDict().mark();
      for (let i = 0; i < 10; i++) writer.text(`k${i}`).raw(0x68, level - 1);
      writer.setItems().raw(0x71, level);
    }
    const pickle = writer.finish();
    await expectQuickRefusal(
      async () => collectTensors(await read(pickle), 'x.pt'),
      'too-large',
      /far too much/,
    );
  });
});
