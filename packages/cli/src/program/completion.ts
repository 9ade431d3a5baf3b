import { listWellKnownNames } from '@mdns-ambassador/ambassador/well-known-ports';
import { SHELLS } from '../commands/completion/shells.ts';
import { MESH_ACTIONS } from '../commands/mesh/actions.ts';
import { RENDER_FORMATS } from '../commands/render/options.ts';
import { SERVICE_ACTIONS } from '../commands/service/actions.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import { COMMAND_LIST } from './command-list.ts';

/** Commands whose words are names of services. */
const TAKE_SERVICES: ReadonlySet<string> = new Set(['announce', 'proxy', 'list', 'resolve', 'render', 'run', 'status']);

/** What may stand where the last word is; `words` begin after `ambassador`, the last one is being typed and may be empty. */
export async function completeWords(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const candidates = words.length <= 1 ? listCommands() : await listAfterCommand(words);
  return candidates.filter((candidate) => candidate.startsWith(current));
}

function listCommands(): readonly string[] {
  return [...COMMAND_LIST.map((entry) => entry.name), 'help', '--help', '--version'];
}

async function listAfterCommand(words: readonly string[]): Promise<readonly string[]> {
  const [name = ''] = words;
  if (name === 'help') return COMMAND_LIST.map((entry) => entry.name);
  const command = await COMMAND_LIST.find((entry) => entry.name === name)?.load();
  if (command === undefined) return [];
  const options = [...command.options, ...COMMON_OPTIONS];
  const previous = options.find((option) => words.length > 2 && `--${option.name}` === words.at(-2));
  if (previous !== undefined && previous.kind !== 'flag') return previous.choices ?? previous.beginnings ?? [];
  if (words.at(-1)?.startsWith('-') === true) return [...options.map((option) => `--${option.name}`), '--help'];
  if (name === 'completion') return SHELLS;
  if (name === 'render' && words.length === 2) return RENDER_FORMATS;
  if (name === 'service') return words.length === 2 ? SERVICE_ACTIONS : [];
  if (name === 'mesh') return words.length === 2 ? MESH_ACTIONS : [];
  return TAKE_SERVICES.has(name) ? listWellKnownNames() : [];
}
