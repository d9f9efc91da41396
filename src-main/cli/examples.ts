import type { Command } from 'commander';

/**
 * Lines that can be typed as they are, by command. Tests run every one of them, with made-up pictures, checkpoints and
 * servers under the names that the lines use.
 */
export const examples: Readonly<Record<string, readonly string[]>> = {
  import: ['import photos', 'import mvtec --dry-run', 'import mvtec --layout mvtec --name "MVTec AD"'],
  datasets: ['import photos', 'datasets list'],
  scan: [
    'scan photos --method baseline',
    'scan mvtec --methods baseline,clip --model starter --object-name "steel plate"',
    'scan mvtec --method winclip --model starter --normal "flawless {}" --anomalous "{} with a scratch"',
    'scan mvtec --methods clip-ac,winclip --model starter --prompts-file plate-words.json --class plate',
  ],
  evaluate: [
    'evaluate mvtec --methods baseline,clip --model starter',
    'evaluate mvtec --methods winclip --shots 0,1 --model starter --csv metrics.csv',
    'evaluate mvtec --methods all --json',
  ],
  train: [
    'train mvtec --method anomalyclip --model starter --epochs 2 --name "my plates"',
    'train mvtec --method coop --model starter --epochs 1 --classes plate --validate mvtec --validate-classes board --export plates.pth --format torch',
    'scan mvtec --method anomalyclip --model starter --prompts "my plates"',
  ],
  ablate: [
    'ablate mvtec --method anomalyclip --model starter --epochs 1 --classes plate --validate mvtec --validate-classes board --groups losses --csv losses.csv',
    'ablate mvtec --method coop --model starter --epochs 1 --classes plate --validate mvtec --validate-classes board --groups state-word --seeds 1,2',
  ],
  models: [
    'models catalogue',
    'models download openai-vit-l-14-336',
    'models inspect ViT-L-14-336px.pt',
    'models import ViT-L-14-336px.pt --name "L14 at 336"',
    'models list',
    'models show openai-vit-l-14-336',
    'models rename openai-vit-l-14-336 "from OpenAI"',
    'models remove l14-at-336',
  ],
  prompts: [
    'prompts import epoch_15.pth --name "trained on VisA"',
    'prompts list',
    'prompts rename 1 VisA',
    'prompts remove 1',
  ],
  export: [
    'scan mvtec --method baseline',
    'export 1 --to results --what csv,overlays',
    'export 1 --to for-other-programs --what maps-tiff,masks --mvtec-names',
    'export 1 --to to-look-at --what json,overlays --images predicted-defect --jpeg',
  ],
  report: ['scan mvtec --methods baseline,clip --model starter', 'report comparison.html --runs 1,2'],
  verdicts: [
    'scan mvtec --method baseline',
    'verdicts list mvtec',
    'verdicts list mvtec --trail --csv',
    'verdicts export mvtec --to verdicts.csv',
  ],
  cache: ['cache show', 'cache limit features 4GB', 'cache clear thumbnails'],
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
