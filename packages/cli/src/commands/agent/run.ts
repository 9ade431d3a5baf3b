import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { EMPTY_PLAN, type Plan, readContainers, readFeed } from '../../requests/plan.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Invocation } from '../command.ts';

/** `ambassador agent` */
export async function runAgent(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  const [word] = invocation.words;
  if (word !== undefined) {
    throw new CliError(EXIT_USAGE, `agent takes no services, and "${word}" is one; leave it out`);
  }
  const settings = addSharedOptions(invocation.settings, await loadConfig(invocation.settings));
  if (settings.find('mesh-key-file').length > 0) {
    throw new CliError(
      EXIT_REFUSED,
      '--mesh-key-file: an agent tells what it hears, also of strangers; give the key to each proxy that reads from it, and leave it out here',
    );
  }
  const docker = readContainers(settings, surroundings.env, surroundings.platform);
  const plan: Plan = { ...EMPTY_PLAN, agent: [readFeed(settings)], docker };
  const label = docker.length === 0 ? undefined : ['agent'];
  const daemon = await Daemon.open({
    settings,
    surroundings,
    mesh: undefined,
    plan,
    label,
    farewell: 'saying goodbye',
  });
  return daemon.run();
}
