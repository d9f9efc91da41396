import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { runCli } from '../../../src-main/cli/main.ts';
import { createFakeCore } from '../../support/fake-core.ts';
import { cli, nothing, paths } from './fake-cli.ts';
import { recordingIo } from './recording-io.ts';

describe('usage', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['scan']],
    [['scan', 'folder']],
    [['scan', 'folder', '--method', 'nonsense']],
    [['scan', 'folder', '--method', 'baseline', '--image-size', '3.5']],
    [['scan', 'folder', '--method', 'baseline', '--layers', '6,x']],
    [['scan', 'folder', '--method', 'baseline', '--sigma', '-1']],
    [['scan', 'folder', '--method', 'baseline', '--resume', '--new']],
    [['scan', 'folder', '--method', 'clip', '--image-size', '13']],
    [['scan', 'folder', '--method', 'clip', '--object-name', '']],
    [['scan', 'folder', '--method', 'clip', '--sigma', '65']],
    [['scan', 'folder', '--method', 'clip', '--layers', '6']],
    [['scan', 'folder', '--method', 'baseline', '--prompts', 'a.pth']],
    [['scan', 'folder', '--method', 'anomalyclip', '--object-name', 'nut']],
    [['scan', 'folder', '--method', 'clip', '--methods', 'clip']],
    [['evaluate', 'folder']],
    [['evaluate', 'folder', '--methods', 'winclip+65']],
    [['evaluate', 'folder', '--methods', 'winclip+1+2']],
    [['evaluate', 'folder', '--methods', 'winclip', '--shots', '1,x']],
    [['evaluate', 'folder', '--methods', 'winclip', '--reference-seed', '-1']],
    [['evaluate', 'folder', '--methods', 'anomalyclip', '--selection', 'paper']],
    [['serve', '--port', '99999']],
    [['import', 'folder', '--layout', 'nonsense']],
    [['import', 'one', 'two']],
    [['models']],
    [['models', 'import', 'file', '--activation', 'relu']],
    [['datasets', 'remove', 'zero']],
    [['serve', '--port', 'x']],
    [['datasets', 'list', '--data', '']],
    [['cache', 'clear', 'models']],
    [['doctor', '--nonsense']],
  ])('%j is wrong usage: code 2, told on the error output or as JSON', async (args) => {
    const people = await cli(nothing(), args);
    expect(people.code).toBe(2);
    expect(people.out).toBe('');
    expect(people.err).not.toBe('');
    const program = await cli(nothing(), [...args, '--json']);
    expect(program.code).toBe(2);
    expect(program.err).toBe('');
    expect(program.json()).toMatchObject({ error: { code: 'bad-request' } });
  });

  it('names the range of a setting, and the settings that a method reads', async () => {
    const size = await cli(nothing(), ['scan', 'x', '--method', 'clip', '--image-size', '13']);
    expect(size.err).toContain(
      "'--image-size <px>' argument '13' is invalid. It must be a whole number from 16 to 2048.",
    );
    const port = await cli(nothing(), ['serve', '--port', '99999', '--json']);
    expect(port.json()).toMatchObject({
      error: { message: expect.stringContaining('from 0 to 65535') as string },
    });
    const useless = await cli(nothing(), [
      'scan',
      'x',
      '--method',
      'baseline',
      '--layers',
      '6',
      '--model',
      'm',
    ]);
    expect(useless.err).toContain(
      '--model and --layers would do nothing: Block statistics reads only --sigma.',
    );
  });

  it('describes every command, and the methods where they are chosen', async () => {
    for (const group of ['models', 'prompts', 'datasets']) {
      const { out } = await cli(nothing(), [group, '--help']);
      const commands = out.slice(out.indexOf('Commands:')).split('\n').slice(1);
      const undescribed = commands.filter((line) => /^ {2}\w/.test(line) && !/^ {2}\S.*? {2,}\S/.test(line));
      expect(undescribed).toEqual([]);
    }
    expect((await cli(nothing(), ['scan', '--help'])).out).toMatch(/Methods:\n {2}baseline +Finds blocks/);
    expect((await cli(nothing(), ['models', 'import', '--help'])).out).toContain('or a folder with');
  });

  it('prints help and version with code 0', async () => {
    expect(await cli(nothing(), ['--version'])).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
    const help = await cli(nothing(), ['scan', '--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('--method <id>');
  });

  it('takes --json and --data before and after the command', async () => {
    const answers = { 'datasets.list': () => ({ datasets: [] }) };
    const before = await cli(createFakeCore(answers), ['--json', '--data', '/x', 'datasets', 'list']);
    const after = await cli(createFakeCore(answers), ['datasets', 'list', '--json', '--data', '/x']);
    expect(before.json()).toEqual({ datasets: [] });
    expect(after.json()).toEqual({ datasets: [] });
  });

  it('says what tells the exit codes of an evaluation, and which options mean nothing', async () => {
    const { out } = await cli(nothing(), ['evaluate', '--help']);
    expect(out).toContain('Exit code 0: every method named was evaluated on every image.');
    expect(out).toMatch(/Methods:\n {2}baseline +Finds blocks/);
    const useless = await cli(nothing(), [
      ...['evaluate', 'x', '--methods', 'baseline,clip', '--shots', '2', '--prompts', 'p'],
    ]);
    expect(useless.err).toContain(
      '--prompts and --shots would do nothing: Block statistics and CLIP read only --model, --image-size, --object-name, --prompts-file, --normal, --anomalous, --sigma.',
    );
    const unknown = await cli(nothing(), ['evaluate', 'x', '--methods', 'clip,nonsense']);
    expect(unknown.err).toContain('There is no method «nonsense». Choose from all, baseline, clip');
    const shots = await cli(nothing(), ['evaluate', 'x', '--methods', 'clip+2']);
    expect(shots.err).toContain('CLIP takes no references.');
  });

  it('says in plain words that the data folder cannot be used', async () => {
    const io = recordingIo();
    const code = await runCli(['models', 'list', '--json'], {
      io,
      paths,
      openCore: () => Promise.reject(new WorkbenchError('forbidden', '/data may not be written.')),
    });
    expect(code).toBe(1);
    expect(JSON.parse(io.out)).toEqual({
      error: { code: 'forbidden', message: '/data may not be written.' },
    });
  });
});

describe('Ctrl+C', () => {
  it('stops a question to the core too, with code 130', async () => {
    const io = recordingIo();
    const core = createFakeCore({
      'app.conformance': () => {
        queueMicrotask(() => {
          io.interrupt();
        });
        return new Promise<never>(() => undefined);
      },
    });
    const code = await runCli(['conformance', 'golden', '--json'], {
      io,
      paths,
      openCore: () => Promise.resolve(core),
    });
    expect(code).toBe(130);
    expect(JSON.parse(io.out)).toMatchObject({ error: { code: 'cancelled' } });
    expect(core.closed).toBe(true);
  });
});
