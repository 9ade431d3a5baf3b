import { join } from 'node:path';
import { nameUserFolder } from '../../machine/own-user.ts';
import type { Shell } from './shells.ts';

/** It stands in the file, by which it is known as ours. */
export const SIGNATURE = 'Written by ambassador completion --install';

/** This user, as far as shells are concerned. */
export interface ShellUser {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The package bash-completion is there, which loads files of its folder when they are needed. */
  readonly hasBashCompletion: boolean;
}

/** Where a shell looks for what completes a command. */
export interface CompletionPlace {
  readonly file: string;
  /** What the shell reads at its start; absent where it finds the file by itself. */
  readonly startFile?: string;
}

/** The usual place of this user. Undefined for PowerShell, of which only itself knows its profile. */
export function nameCompletionPlace(
  shell: Shell,
  { env, home, hasBashCompletion }: ShellUser,
): CompletionPlace | undefined {
  const data = nameUserFolder(env.XDG_DATA_HOME, home, '.local', 'share');
  switch (shell) {
    case 'bash': {
      const folder = env.BASH_COMPLETION_USER_DIR?.split(':')[0] || join(data, 'bash-completion');
      const file = join(folder, 'completions', 'ambassador');
      return hasBashCompletion ? { file } : { file, startFile: join(home, '.bashrc') };
    }
    case 'zsh':
      return {
        file: join(data, 'zsh', 'site-functions', '_ambassador'),
        startFile: join(env.ZDOTDIR || home, '.zshrc'),
      };
    case 'fish':
      return {
        file: join(nameUserFolder(env.XDG_CONFIG_HOME, home, '.config'), 'fish', 'completions', 'ambassador.fish'),
      };
    case 'powershell':
      return undefined;
    default:
      return shell satisfies never;
  }
}

/** The file: zsh wants its own first line to stay the first. */
export function signScript(script: string): string {
  const [first = '', ...others] = script.split('\n');
  const signature = `# ${SIGNATURE}; --uninstall takes it back`;
  const lines = first.startsWith('#') ? [first, signature, ...others] : [signature, first, ...others];
  return `${lines.join('\n')}\n`;
}
