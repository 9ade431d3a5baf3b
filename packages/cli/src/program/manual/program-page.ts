import { COMMON_OPTIONS } from '../../options/common-options.ts';
import type { CommandEntry } from '../command-list.ts';
import { PROGRAM_EXAMPLES, PROGRAM_SUMMARY, WHERE_OPTIONS_STAND } from '../program-words.ts';
import { italic, refer, writeEntries, writeHead, writeSection, writeText } from './roff.ts';
import {
  describeExamples,
  describeExitStatus,
  describeOptions,
  describeSeeAlso,
  describeSynopsis,
} from './shared-sections.ts';

const FILES: readonly (readonly [path: string, text: string])[] = [
  ['./ambassador.yaml', 'What ambassador up announces and proxies, where the next two are not asked.'],
  ['~/.config/ambassador/ambassador.yaml', 'The same, of this user.'],
  ['/etc/ambassador/ambassador.yaml', 'The same, of the machine.'],
  ['~/.config/ambassador/mesh.key', 'The mesh key in its usual place, which every command uses.'],
  ['~/.local/state/ambassador', 'What is to last: who was met, what is remembered. Nothing in it is needed.'],
  ['$XDG_RUNTIME_DIR/ambassador', 'The sockets of running processes, which ambassador status asks.'],
];

/** `ambassador(1)`: which commands there are, and what all of them share. */
export function writeProgramPage(commands: readonly CommandEntry[], version: string): string {
  const lines = [
    ...writeHead({ name: 'ambassador', section: 1, version, summary: PROGRAM_SUMMARY }),
    ...describeSynopsis('ambassador COMMAND [ARGUMENT...] [OPTION...]'),
    ...writeSection(
      'COMMANDS',
      writeEntries(
        commands.map(({ name, summary }) => ({ term: refer(`ambassador-${name}`, 1), text: `${summary}.` })),
      ),
    ),
    ...describeOptions('COMMON OPTIONS', COMMON_OPTIONS),
    ...describeExamples(PROGRAM_EXAMPLES),
    ...writeSection('ENVIRONMENT', writeText(WHERE_OPTIONS_STAND)),
    ...writeSection('FILES', writeEntries(FILES.map(([path, text]) => ({ term: italic(path), text })))),
    ...describeExitStatus(),
    ...describeSeeAlso([...commands.map(({ name }) => refer(`ambassador-${name}`, 1)), refer('ambassador.yaml', 5)]),
  ];
  return `${lines.join('\n')}\n`;
}
