import type { Command } from 'commander';

/**
 * Lines that can be typed as they are, by command. Tests run every one of them, with made-up pictures, checkpoints and
 * servers under the names that the lines use.
 */
const examples: Readonly<Record<string, readonly string[]>> = {
  import: ['import photos', 'import mvtec --layout mvtec --name "MVTec AD"'],
  datasets: ['datasets list'],
  scan: [
    'scan photos --method baseline',
    'scan mvtec --methods baseline,clip --model starter --object-name "steel plate"',
  ],
  models: [
    'models catalogue',
    'models download openai-vit-l-14-336',
    'models inspect ViT-L-14-336px.pt',
    'models import ViT-L-14-336px.pt --name "L14 at 336"',
    'models list',
  ],
  prompts: ['prompts import epoch_15.pth --name "trained on VisA"', 'prompts list'],
  export: ['scan mvtec --method baseline', 'export 1 --to results --what csv,overlays'],
  doctor: ['doctor', 'doctor --json'],
  completion: ['completion bash'],
};

/** Ends the help of commands with examples. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    const lines = examples[command.name()] ?? [];
    if (lines.length === 0) continue;
    const typed = lines.map((line) => `  $ ${program.name()} ${line}\n`);
    command.addHelpText('after', `\nExamples:\n${typed.join('')}`);
  }
}
