import type { Command } from '../../commands/command.ts';
import { COMMON_OPTIONS } from '../../options/common-options.ts';
import { WHERE_OPTIONS_STAND } from '../program-words.ts';
import { refer, writeHead, writeSection, writeText } from './roff.ts';
import {
  describeExamples,
  describeExitStatus,
  describeOptions,
  describeSeeAlso,
  describeSynopsis,
} from './shared-sections.ts';

/** The page of one command, from what its `--help` is made of. `summary`: the half sentence that stands in the list of commands. */
export function writeCommandPage(command: Command, summary: string, version: string): string {
  const words = ['ambassador', command.name, command.usage, '[OPTION...]'].filter((word) => word !== '');
  const lines = [
    ...writeHead({ name: `ambassador-${command.name}`, section: 1, version, summary }),
    ...describeSynopsis(moveOptionsBefore(words.join(' '))),
    ...writeSection('DESCRIPTION', writeText(command.summary)),
    ...describeOptions('OPTIONS', command.options),
    ...describeOptions('COMMON OPTIONS', COMMON_OPTIONS),
    ...describeExamples(command.examples),
    ...writeSection('NOTES', command.notes === undefined ? [] : writeText(command.notes)),
    ...writeSection('ENVIRONMENT', writeText(WHERE_OPTIONS_STAND)),
    ...describeExitStatus(),
    ...describeSeeAlso([refer('ambassador', 1), refer('ambassador.yaml', 5)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Behind `--` options are the command's. */
function moveOptionsBefore(words: string): string {
  return words.replace(/ (\[?-- .*) (\[OPTION\.\.\.\])$/, ' $2 $1');
}
