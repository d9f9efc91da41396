import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeCommands } from '../../../src-main/cli/completion/command-tree.ts';
import { createProgram } from '../../../src-main/cli/cli-program.ts';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import { cli, nothing } from './fake-cli.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const isInstalled = (shell: Shell) => spawnSync(shell, ['-c', 'true']).status === 0;
let folder: string;
const scripts = new Map<Shell, string>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'completion-'));
  await writeFile(path.join(folder, 'a picture.png'), '');
  await writeFile(path.join(folder, 'weights.pt'), '');
  for (const shell of shells) {
    const { code, out, err } = await cli(nothing(), ['completion', shell]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    scripts.set(shell, out);
    await writeFile(path.join(folder, `script.${shell}`), out);
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The program, and what its commands do to nobody. */
function program(): Command {
  const unused = () => Promise.resolve();
  return createProgram('0', {
    withSession: unused,
    withPassingSession: unused,
    serve: unused,
    print: () => undefined,
  });
}

/** Presses Tab behind the last of these words, in the test's folder. */
function complete(shell: Shell, words: readonly string[]): string[] {
  const line = ['anomaly-workbench', ...words];
  const quoted = line.map((word) => `'${word}'`).join(' ');
  const inputs: Record<Shell, string> = {
    bash: `source script.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _anomaly_workbench; printf '%s\\n' "\${COMPREPLY[@]}"`,
    // What zsh would show is said by functions that take the place of its own, which work inside its line editor only.
    zsh: `compdef() { :; }
      compadd() { shift; print -rl -- "$@"; }
      _files() { print -rl -- *(N); }
      _describe() { local list=\${@[-1]}; print -rl -- \${\${(P)list}%%:*}; }
      source ./script.zsh; words=(${quoted}); CURRENT=${line.length}; _anomaly_workbench`,
    fish: `source script.fish; complete -C '${line.join(' ')}'`,
  };
  const args: Record<Shell, string[]> = {
    bash: ['--norc', '--noprofile', '-c'],
    zsh: ['-f', '-c'],
    fish: ['--no-config', '-c'],
  };
  const out = execFileSync(shell, [...args[shell], inputs[shell]], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return out
    .split('\n')
    .map((text) => text.split('\t')[0] ?? '')
    .filter((text) => text !== '');
}

describe.each(shells)('completion for %s', (shell) => {
  it('knows every command, option and choice of the program', () => {
    const script = scripts.get(shell)!;
    const commands = describeCommands(program());
    expect(commands.length).toBeGreaterThan(15);
    for (const { path: names, options } of commands) {
      expect(script).toContain(names.join(' '));
      for (const { flags, value } of options) {
        for (const flag of flags) expect(script).toContain(flag.replace(/^-+/, ''));
        for (const choice of value?.choices ?? []) expect(script).toContain(choice);
      }
    }
  });

  it('offers in the shell itself what fits the place', () => {
    if (!isInstalled(shell)) {
      expect(shell, 'bash is everywhere').not.toBe('bash');
      console.warn(`${shell} is not installed here: its completion was looked at as text only.`);
      return;
    }
    const offered = (...words: string[]) => complete(shell, words);
    expect(offered('')).toEqual(expect.arrayContaining(['import', 'scan', 'models', 'doctor']));
    expect(offered('models', '')).toEqual(expect.arrayContaining(['list', 'download', 'rename']));
    expect(offered('models', '')).not.toContain('scan');
    expect(offered('--data', 'weights.pt', 'prompts', '')).toContain('import');
    expect(offered('models', 'import', '--')).toEqual(
      expect.arrayContaining(['--activation', '--name', '--data', '--json']),
    );
    expect(offered('models', 'import', '--')).not.toContain('--method');
    expect([...offered('models', 'import', '--activation', '')].sort()).toEqual(['gelu', 'quick_gelu']);
    expect([...offered('scan', 'weights.pt', '--method', '')].sort()).toEqual(
      [...methodIdSchema.options].sort(),
    );
    expect(offered('models', 'import', '')).toEqual(expect.arrayContaining(['weights.pt']));
    expect([...offered('completion', '')].sort()).toEqual(['bash', 'fish', 'zsh']);
  });
});

describe('the completion command', () => {
  it('offers names with spaces whole in bash', () => {
    expect(complete('bash', ['models', 'import', 'a'])).toEqual(['a picture.png']);
  });

  it('refuses a shell that it does not know, and gives programs the script as JSON', async () => {
    expect(await cli(nothing(), ['completion', 'tcsh'])).toMatchObject({ code: 2 });
    const { json } = await cli(nothing(), ['completion', 'bash', '--json']);
    expect(json()).toEqual({ script: scripts.get('bash') });
  });
});
