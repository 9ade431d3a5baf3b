import { resolve } from 'node:path';
import {
  explainRefusal,
  isKeyText,
  type KeyRing,
  listMeshIds,
  MeshError,
  type MeshErrorCode,
  type Role,
  readKeyFile,
} from '@mdns-ambassador/mesh';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT, EXIT_REFUSED } from '../exit/exit-codes.ts';
import { describeStanding, type Mode } from '../output/mesh-lines.ts';
import type { Given, Settings } from '../settings/settings.ts';
import { isUsualKey } from '../settings/usual-key.ts';
import { listShelters } from './shelters.ts';

const EXIT_CODES: Readonly<Record<MeshErrorCode, number>> = {
  MALFORMED_KEY: EXIT_CONFIG,
  MISSING_FILE: EXIT_NO_INPUT,
  UNREADABLE_FILE: EXIT_NO_INPUT,
  EXPOSED_FILE: EXIT_REFUSED,
  FILE_EXISTS: EXIT_REFUSED,
  NOT_ENTITLED: EXIT_REFUSED,
};

/** The mesh keys that a command was given, and where they stand. */
export interface MeshRequest {
  readonly path: string;
  readonly ring: KeyRing;
  /** What the file holds by now. Throws a MeshError. */
  readAgain(): KeyRing;
}

/** Whose process this is, and on what. */
export interface KeyReader {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/**
 * `--mesh-key-file`, or the key in its usual place; undefined in open mode. Throws a CliError where the file is missing, exposed or
 * broken.
 */
export function readMeshRequest(settings: Settings, reader: KeyReader): MeshRequest | undefined {
  const given = settings.find('mesh-key-file').at(-1);
  if (given === undefined) return undefined;
  const path = locateKeyFile(given.text, given);
  const readAgain = (): KeyRing => readKeys(path, reader);
  return { path, ring: explainMeshErrors(readAgain, given), readAgain };
}

/** What a command says of the mode that it runs in. */
export function readMode(mesh: MeshRequest | undefined, settings: Settings): Mode {
  if (mesh !== undefined) return { kind: 'mesh', ids: listMeshIds(mesh.ring), standing: describeStanding(mesh.ring) };
  const unused = settings.findDenied('mesh-key-file');
  return { kind: 'open', ...(unused === undefined ? {} : { unusedKey: unused.text }) };
}

/** Throws a MeshError. */
export function readKeys(path: string, { env, platform }: KeyReader): KeyRing {
  return readKeyFile(path, platform, { shelters: listShelters(env) });
}

/** The path in full. Throws a CliError for a key in its place, which is not repeated. */
export function locateKeyFile(text: string, { origin, exitCode }: Pick<Given, 'origin' | 'exitCode'>): string {
  if (!isKeyText(text)) return resolve(text);
  throw new CliError(
    exitCode,
    `${origin}: this is a key itself, which others may have seen now; write the path of a file that holds it, and that you alone can read`,
  );
}

/** Throws a CliError where the keys are a token for something else. */
export function requireEntitled(mesh: MeshRequest | undefined, role: Role, services: readonly string[]): void {
  if (mesh === undefined) return;
  for (const service of services) {
    const refusal = explainRefusal(mesh.ring, role, service);
    if (refusal !== undefined) throw new CliError(EXIT_REFUSED, refusal);
  }
}

/** Runs it; what is wrong with keys and files ends the command with a sentence. */
export function explainMeshErrors<Value>(run: () => Value, given?: Given): Value {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    const origin = given === undefined ? '' : `${given.origin}: `;
    const without = given !== undefined && isUsualKey(given) ? ', or add --open to do without the mesh' : '';
    throw new CliError(EXIT_CODES[error.code], origin + error.message + without, { cause: error });
  }
}
