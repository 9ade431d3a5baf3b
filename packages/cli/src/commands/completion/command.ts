import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { parseChoice } from '../../parse/choice.ts';
import { readGiven } from '../../settings/settings.ts';
import type { Command, Invocation } from '../command.ts';
import { SHELLS, writeCompletionScript } from './shells.ts';

export const completionCommand: Command = {
  name: 'completion',
  usage: '[bash|zsh|fish|powershell]',
  summary: 'Print a completion script (default: for the shell of $SHELL, on Windows for PowerShell)',
  options: [],
  examples: [
    ['completion bash >> ~/.bashrc', 'bash'],
    ['completion zsh >> ~/.zshrc', 'zsh'],
    ['completion fish > ~/.config/fish/completions/ambassador.fish', 'fish'],
    ['completion powershell >> $PROFILE', 'PowerShell'],
  ],
  run,
};

async function run({ words, surroundings }: Invocation): Promise<number> {
  if (words.length > 1)
    throw new CliError(
      EXIT_USAGE,
      `completion takes one shell, and ${words.length} are named; write one of ${SHELLS.join(', ')}`,
    );
  const usual = surroundings.platform === 'win32' ? 'powershell' : 'bash';
  const ofLogin = SHELLS.find((shell) => (surroundings.env.SHELL ?? '').endsWith(shell)) ?? usual;
  const [word] = words;
  const shell =
    word === undefined
      ? ofLogin
      : readGiven({ text: word, origin: 'completion', exitCode: EXIT_USAGE }, (text) => parseChoice(text, SHELLS));
  surroundings.stdout.text(writeCompletionScript(shell));
  return EXIT_OK;
}
