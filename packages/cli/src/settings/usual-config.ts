import { join } from 'node:path';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import { findHome, nameUserFolder } from '../machine/own-user.ts';
import type { Settings } from './settings.ts';
import { isThere as isFileThere } from './usual-key.ts';

const NAME = 'ambassador.yaml';
const HERE = `./${NAME}`;

/** Where the file of `up` is. */
export interface ConfigPlace {
  readonly file: string;
  /** Nobody named it, and it is not in this folder: it is said which one is used. */
  readonly isFound: boolean;
}

export interface ConfigSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Default: what the file system says. */
  readonly isThere?: (path: string) => boolean;
}

/** The file of this user: `$XDG_CONFIG_HOME/ambassador/ambassador.yaml`. */
export function nameUserConfig(env: NodeJS.ProcessEnv): string {
  return join(nameUserFolder(env.XDG_CONFIG_HOME, findHome(), '.config'), 'ambassador', NAME);
}

/** The file of the machine: `/etc/ambassador/ambassador.yaml`. */
export function nameSystemConfig(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  return platform === 'win32'
    ? `${env.ProgramData || 'C:\\ProgramData'}\\ambassador\\${NAME}`
    : `/etc/ambassador/${NAME}`;
}

/** `--config`, else the file in this folder, else the user's, else the machine's. Throws a CliError where there is none. */
export function findConfig(settings: Settings, surroundings: ConfigSurroundings): ConfigPlace {
  const { env, platform, isThere = isFileThere } = surroundings;
  const given = settings.read('config', (text) => text);
  if (given !== undefined) return { file: given, isFound: false };
  if (isThere(HERE)) return { file: HERE, isFound: false };
  const [user, system] = [nameUserConfig(env), nameSystemConfig(env, platform)];
  const file = [user, system].find(isThere);
  if (file !== undefined) return { file, isFound: true };
  throw new CliError(
    EXIT_NO_INPUT,
    `there is no ${NAME} in this folder, and neither ${user} nor ${system}; write one of them, or name a file with --config`,
  );
}
