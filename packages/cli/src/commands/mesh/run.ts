import { createHash, randomBytes } from 'node:crypto';
import {
  createKeyFile,
  cutBundle,
  explainRefusal,
  foldServiceName,
  formatBundle,
  type KeyRing,
  listKeys,
  listMeshIds,
  MeshKey,
  type Role,
  replaceKeyFile,
} from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_OK, EXIT_REFUSED, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { quoteHint } from '../../output/phrases.ts';
import { explainMeshErrors, locateKeyFile, readKeys } from '../../requests/mesh-request.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Settings } from '../../settings/settings.ts';
import { nameUsualKeyFile } from '../../settings/usual-key.ts';
import type { Invocation } from '../command.ts';
import { MESH_ACTIONS, type MeshAction } from './actions.ts';
import { describeHolder } from './holder.ts';
import type { MeshTask, RingTask } from './mesh-task.ts';
import { listNamed } from './named-services.ts';

const KEY_BYTES = 32;

/** Of these the words are names of machines, or those of a code; the key file is an option's. */
const WITHOUT_FILE: readonly MeshAction[] = ['join', 'members', 'remove', 'rename'];

/** `ambassador mesh` */
export async function manageMesh({ words, settings: given, surroundings }: Invocation): Promise<number> {
  const [word, ...others] = words;
  const action = MESH_ACTIONS.find((name) => name === word);
  const isWithFile = action !== undefined && !WITHOUT_FILE.includes(action);
  if (action === undefined || (isWithFile && others.length > 1)) {
    const what = word === undefined ? 'mesh does nothing by itself' : `mesh ${words.join(' ')} is not understood`;
    throw new CliError(EXIT_USAGE, `${what}; write mesh ${MESH_ACTIONS.join('|')}, and perhaps a file`);
  }
  const settings = addSharedOptions(given, await loadConfig(given));
  refuseOptions(action, settings);
  const path = locate(isWithFile ? others[0] : undefined, settings, surroundings.env);
  const task: MeshTask = { path, isUsual: path === nameUsualKeyFile(surroundings.env), settings, surroundings };
  switch (action) {
    case 'invite':
      return (await import('./invite.ts')).inviteMachine(task);
    case 'join':
      return (await import('./join.ts')).joinMesh(others, task);
    case 'members':
    case 'remove':
    case 'rename':
      return manageMachines(action, others, { ...task, ring: readRing(task) });
    case 'init':
      initMesh(task);
      break;
    case 'show':
      showMesh(task);
      break;
    case 'token':
      await printToken(task);
      break;
    case 'rotate':
      rotateMesh(task);
      break;
    default:
      action satisfies never;
  }
  return EXIT_OK;
}

async function manageMachines(
  action: 'members' | 'remove' | 'rename',
  words: readonly string[],
  task: RingTask,
): Promise<number> {
  const [name, next, ...others] = words;
  switch (action) {
    case 'members':
      if (name !== undefined)
        throw new CliError(EXIT_USAGE, `mesh members takes no name, and ${words.join(' ')} is given; leave it out`);
      return (await import('./members.ts')).listMembers(task);
    case 'remove': {
      if (name === undefined || next !== undefined)
        throw refuseWords('remove', 'mesh remove NAME, or mesh remove --undo NAME', words);
      const { removeMachine, restoreMachine } = await import('./remove.ts');
      return (task.settings.isSet('undo') ? restoreMachine : removeMachine)(name, task);
    }
    case 'rename':
      if (name === undefined || next === undefined || others.length > 0)
        throw refuseWords('rename', 'mesh rename NAME NEW', words);
      return (await import('./rename.ts')).renameMachine(name, next, task);
    default:
      return action satisfies never;
  }
}

function refuseWords(action: MeshAction, usage: string, words: readonly string[]): CliError {
  const names = 'mesh members shows the names';
  return new CliError(
    EXIT_USAGE,
    words.length === 0
      ? `mesh ${action} which machine? Write ${usage}; ${names}`
      : `mesh ${action} ${words.join(' ')} is not understood; write ${usage}; ${names}`,
  );
}

function locate(word: string | undefined, settings: Settings, env: NodeJS.ProcessEnv): string {
  if (word !== undefined) return locateKeyFile(word, { origin: 'FILE', exitCode: EXIT_USAGE });
  const given = settings.find('mesh-key-file').at(-1);
  return given === undefined ? nameUsualKeyFile(env) : locateKeyFile(given.text, given);
}

function refuseOptions(action: MeshAction, settings: Settings): void {
  const owners: readonly (readonly [option: string, ...owners: MeshAction[]])[] = [
    ['announce', 'token', 'invite'],
    ['proxy', 'token', 'invite'],
    ['for', 'invite'],
    ['at', 'join'],
    ['name', 'join'],
    ['output', 'token'],
    ['drop-old', 'rotate'],
    ['undo', 'remove'],
    ['json', 'show', 'members'],
  ];
  for (const [option, ...takers] of owners) {
    const [given] = settings.find(option);
    if (given === undefined || takers.includes(action) || given.exitCode === EXIT_CONFIG) continue;
    if (given.origin.startsWith('AMBASSADOR_')) continue;
    throw new CliError(EXIT_USAGE, `${given.origin} goes with mesh ${takers.join(' and mesh ')}; leave it out`);
  }
}

function initMesh({ path, isUsual, surroundings: { platform, stdout } }: MeshTask): void {
  const ring: KeyRing = { kind: 'keys', current: new MeshKey(randomBytes(KEY_BYTES)) };
  explainMeshErrors(() => createKeyFile(path, ring, platform));
  stdout.line(`mesh ${listMeshIds(ring)[0]}: its key is in ${path}`);
  stdout.line('Whoever has that file is a keeper of the mesh: keep it secret. Other machines are let in with');
  stdout.line('  ambassador mesh invite');
  stdout.line('Then, for example:');
  const option = isUsual ? '' : ` --mesh-key-file ${quoteHint(path, platform)}`;
  stdout.line(`  ambassador announce redis${option}`);
  stdout.line(`  ambassador proxy redis${option}`);
}

function showMesh(task: MeshTask): void {
  const { path, settings } = task;
  const { stdout } = task.surroundings;
  const ring = readRing(task);
  const [current, previous] = listMeshIds(ring);
  const holder = describeHolder(ring, Date.now());
  const prints = fingerprint(ring);
  if (settings.isSet('json')) {
    stdout.json({
      file: path,
      mesh: current,
      ...(previous === undefined ? {} : { previous }),
      ...holder.json,
      fingerprints: prints,
    });
    return;
  }
  stdout.line(`mesh ${current}: ${holder.text}`);
  if (previous !== undefined) stdout.line(`mesh ${previous} is still accepted; mesh rotate --drop-old ends that`);
  for (const print256 of prints) stdout.line(`fingerprint SHA256:${print256}`);
  stdout.line(`in ${path}`);
}

async function printToken(task: MeshTask): Promise<void> {
  const { path, settings } = task;
  const { platform, stdout } = task.surroundings;
  const { role, service } = readPurpose(settings);
  const ring = readRing(task);
  const refusal = explainRefusal(ring, role, service);
  if (refusal !== undefined) throw new CliError(EXIT_REFUSED, refusal);
  if (ring.kind === 'member') {
    throw new CliError(
      EXIT_REFUSED,
      `${path} is a member's, which can't make tokens; print them where the mesh key itself is`,
    );
  }
  const bundle = ring.kind === 'bundle' ? ring.bundle : await cutBundle(listKeys(ring), role, service);
  const file = settings.find('output').at(-1);
  if (file === undefined) {
    stdout.line(formatBundle(bundle));
    return;
  }
  const output = locateKeyFile(file.text, file);
  explainMeshErrors(() => createKeyFile(output, { kind: 'bundle', bundle }, platform), file);
  stdout.line(`a token to ${role} ${service} is in ${output}, for you to copy to the machine that needs it`);
  stdout.line('Then, for example:');
  stdout.line(`  ambassador ${role} ${service} --mesh-key-file ${quoteHint(output, platform)}`);
}

function readPurpose(settings: Settings): { readonly role: Role; readonly service: string } {
  const [announce, proxy] = [listNamed(settings, 'announce'), listNamed(settings, 'proxy')];
  const [service, ...others] = [...announce, ...proxy];
  if (service === undefined || others.length > 0) {
    throw new CliError(EXIT_USAGE, 'a token is for one thing; write mesh token --announce SERVICE or --proxy SERVICE');
  }
  return { role: announce.length === 0 ? 'proxy' : 'announce', service: foldServiceName(service) };
}

function rotateMesh(task: MeshTask): void {
  const { path, settings } = task;
  const { platform, stdout } = task.surroundings;
  const ring = readRing(task);
  if (ring.kind !== 'keys') {
    const what = ring.kind === 'bundle' ? 'holds a token' : "is a member's";
    throw new CliError(EXIT_REFUSED, `${path} ${what}, which can't make keys; rotate where the mesh key itself is`);
  }
  if (settings.isSet('drop-old')) {
    if (ring.previous === undefined)
      throw new CliError(EXIT_USAGE, `${path} holds no previous key; there is nothing to drop`);
    const kept: KeyRing = { kind: 'keys', current: ring.current };
    explainMeshErrors(() => replaceKeyFile(path, kept, platform));
    stdout.line(`mesh ${listMeshIds(kept)[0]} is the only one accepted now; copy ${path} to every other keeper`);
    return;
  }
  if (ring.previous !== undefined) {
    throw new CliError(
      EXIT_USAGE,
      `${path} still holds a previous key; end that with mesh rotate --drop-old before you rotate again`,
    );
  }
  const rotated: KeyRing = { kind: 'keys', current: new MeshKey(randomBytes(KEY_BYTES)), previous: ring.current };
  explainMeshErrors(() => replaceKeyFile(path, rotated, platform));
  const [current, previous] = listMeshIds(rotated);
  stdout.line(`mesh ${current} is new, and ${previous} is still accepted`);
  stdout.line(
    `Copy ${path} to every other keeper and print its tokens anew; running processes take it up, and members are given`,
  );
  stdout.line('theirs by a keeper that they meet. Then:');
  stdout.line(`  ambassador mesh rotate --drop-old ${quoteHint(path, platform)}`);
}

function readRing({ path, surroundings }: MeshTask): KeyRing {
  return explainMeshErrors(() => readKeys(path, surroundings));
}

/** Public: a hash of the mesh's public id and of what the key file is; the key itself can't be told from it. */
function fingerprint(ring: KeyRing): readonly string[] {
  return listMeshIds(ring).map((id) => createHash('sha256').update(`ambassador/mesh ${id}`).digest('base64url'));
}
