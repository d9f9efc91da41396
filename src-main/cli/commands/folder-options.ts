import { Option, type Command } from 'commander';
import { datasetLayoutSchema, type DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import { shareOfOne } from '../options.ts';

/** How a folder becomes a data set; what is absent is found out. */
export interface FolderOptions {
  readonly layout?: DatasetLayout;
  readonly name?: string;
  /** `elpv`: least defect probability that is anomalous. */
  readonly cut?: number;
  /** `sdd`: pictures are kept whole. */
  readonly whole?: boolean;
  /** `sdd`: pictures are cut in two again. */
  readonly halves?: boolean;
  /** The table or annotation file, relative to the folder. */
  readonly table?: string;
}

/** The options of every command that may read a folder: the same words mean the same everywhere. */
export function withFolderOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--layout <layout>', 'how the folder is read (default: found out)').choices(
        datasetLayoutSchema.options,
      ),
    )
    .option('--name <name>', "the data set's name (default: the folder's)")
    .option(
      '--cut <probability>',
      'elpv: this defect probability and higher ones are anomalous (default: 0.5)',
      shareOfOne,
    )
    .addOption(new Option('--whole', 'sdd: keep the pictures whole').conflicts('halves'))
    .option('--halves', 'sdd: cut the pictures in a top and a bottom half (default)')
    .option(
      '--table <file>',
      'the table or annotation file to read, from the folder on (default: found out)',
    );
}
