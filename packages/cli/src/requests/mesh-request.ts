import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  explainRefusal,
  isKeyText,
  type KeyRing,
  MeshError,
  type MeshErrorCode,
  type Role,
  readKeyFile,
} from '@mdns-ambassador/mesh';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT, EXIT_REFUSED } from '../exit/exit-codes.ts';
import type { Given, Settings } from '../settings/settings.ts';

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
}

/** Where `mesh` keeps the key unless it is told otherwise. Nothing else looks there by itself. */
export function nameDefaultKeyFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'ambassador', 'mesh.key');
}

/** `--mesh-key-file`; undefined in open mode. Throws a CliError where the file is missing, exposed or broken. */
export function readMeshRequest(settings: Settings, platform: NodeJS.Platform): MeshRequest | undefined {
  const given = settings.find('mesh-key-file').at(-1);
  if (given === undefined) return undefined;
  const path = locateKeyFile(given.text, given);
  return { path, ring: explainMeshErrors(() => readKeyFile(path, platform), given) };
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
    throw error instanceof MeshError ? toCliError(error, given) : error;
  }
}

function toCliError(error: MeshError, given: Given | undefined): CliError {
  const origin = given === undefined ? '' : `${given.origin}: `;
  return new CliError(EXIT_CODES[error.code], origin + error.message, { cause: error });
}
