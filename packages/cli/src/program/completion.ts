import { escapeUnprintable } from '@mdns-ambassador/admin/printable';
import { listWellKnownNames } from '@mdns-ambassador/ambassador/well-known-ports';
import { readTypedWord, writeShellWord } from '../commands/completion/shell-words.ts';
import { SHELLS } from '../commands/completion/shells.ts';
import { MESH_ACTIONS } from '../commands/mesh/actions.ts';
import { RENDER_FORMATS } from '../commands/render/options.ts';
import { SERVICE_ACTIONS } from '../commands/service/actions.ts';
import type { SeenName } from '../network/seen/seen-instance.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import type { Option } from '../options/option.ts';
import { COMMAND_LIST } from './command-list.ts';

/** Commands whose words are names of services. */
const TAKE_SERVICES: ReadonlySet<string> = new Set(['announce', 'proxy', 'list', 'resolve', 'render', 'run', 'status']);

/** RFC 6763 7.2 */
const SERVICE_NAME = /^(?!-)[a-z0-9-]{1,15}$/i;

/** Resolves with what is on the link, in some milliseconds. Called where that is asked for. */
export type LookUp = () => Promise<readonly SeenName[]>;

/** What the script of a shell is told, for the words behind `__complete`: each a word that may stand where the last one is, as that shell writes it. */
export async function completeFor(shell: string, typed: readonly string[], lookUp: LookUp): Promise<readonly string[]> {
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined) return [];
  const words = typed.map((word) => readTypedWord(word, known));
  const last = words.at(-1) ?? { text: '', quote: '' };
  if (words.includes(undefined)) return [];
  const candidates = await completeWords(
    words.flatMap((word) => word?.text ?? []),
    lookUp,
  );
  return candidates.flatMap((candidate) => writeShellWord(candidate, known, last.quote) ?? []);
}

/** What may stand where the last word is; `words` begin after `ambassador`, the last one is being typed and may be empty. */
export async function completeWords(words: readonly string[], lookUp: LookUp): Promise<readonly string[]> {
  const { before, current, beginning } = splitAssignment(words);
  const candidates = before.length === 0 ? listCommands() : await listAfterCommand([...before, current], lookUp);
  return [...new Set(candidates)]
    .filter((candidate) => candidate.startsWith(current))
    .map((candidate) => beginning + candidate);
}

/** `--balance=p`, which bash has made three words of, is `--balance p`; `beginning` is what stands before the value in the same word. */
function splitAssignment(words: readonly string[]): { before: readonly string[]; current: string; beginning: string } {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (current === '=' && before.at(-1)?.startsWith('--')) return { before, current: '', beginning: '' };
  if (before.at(-1) === '=' && before.at(-2)?.startsWith('--')) {
    return { before: before.slice(0, -1), current, beginning: '' };
  }
  const [, option, value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(current) ?? [];
  return option === undefined
    ? { before, current, beginning: '' }
    : { before: [...before, option], current: value, beginning: `${option}=` };
}

/** Nobody types what is not to be seen; a word of the network that begins with a hyphen would be an option. */
function isTypeable(word: string): boolean {
  return word !== '' && escapeUnprintable(word) === word && !word.startsWith('-');
}

function listCommands(): readonly string[] {
  return [...COMMAND_LIST.map((entry) => entry.name), 'help', '--help', '--version'];
}

async function listAfterCommand(words: readonly string[], lookUp: LookUp): Promise<readonly string[]> {
  const [name = ''] = words;
  if (name === 'help') return COMMAND_LIST.map((entry) => entry.name);
  const command = await COMMAND_LIST.find((entry) => entry.name === name)?.load();
  // What stands behind -- is another program's.
  if (command === undefined || words.slice(1, -1).includes('--')) return [];
  const options = [...command.options, ...COMMON_OPTIONS];
  const previous = options.find((option) => words.length > 2 && `--${option.name}` === words.at(-2));
  if (previous !== undefined && previous.kind !== 'flag') return listValues(previous, words, lookUp);
  if (words.at(-1)?.startsWith('-') === true) return [...options.map((option) => `--${option.name}`), '--help'];
  if (name === 'completion') return SHELLS;
  if (name === 'render' && words.length === 2) return RENDER_FORMATS;
  if (name === 'service') return words.length === 2 ? SERVICE_ACTIONS : [];
  if (name === 'mesh') return words.length === 2 ? MESH_ACTIONS : [];
  return TAKE_SERVICES.has(name) ? listServices(lookUp) : [];
}

async function listValues(
  { choices, beginnings, names }: Option,
  words: readonly string[],
  lookUp: LookUp,
): Promise<readonly string[]> {
  switch (names) {
    case 'services':
      return listServices(lookUp);
    case 'instances': {
      const seen = await lookUp();
      const wanted = seen.filter(({ service }) => words.some((word) => word.split(':')[0] === service));
      return (wanted.length > 0 ? wanted : seen).flatMap(({ instance = '' }) => (isTypeable(instance) ? instance : []));
    }
    case undefined:
      return choices ?? beginnings ?? [];
    default:
      return names satisfies never;
  }
}

async function listServices(lookUp: LookUp): Promise<readonly string[]> {
  const seen = (await lookUp()).map(({ service }) => service);
  return [...seen.filter((service) => SERVICE_NAME.test(service)), ...listWellKnownNames()];
}
