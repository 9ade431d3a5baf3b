import { Daemon } from '../../daemon/daemon.ts';
import { EMPTY_PLAN, type Plan, readContainers, readFeed } from '../../requests/plan.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Invocation } from '../command.ts';
import { refuseWords } from '../words.ts';

/** `ambassador agent` */
export async function runAgent(invocation: Invocation): Promise<number> {
  const { surroundings, words } = invocation;
  refuseWords(words, 'agent', 'leave it out');
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const feed = readFeed(config?.agent === undefined ? settings : settings.withFallback(config.agent));
  const docker = readContainers(settings, surroundings.env, surroundings.platform);
  const plan: Plan = { ...EMPTY_PLAN, agent: [feed], docker };
  const label = docker.length === 0 ? undefined : ['agent'];
  const daemon = await Daemon.open({
    command: 'agent',
    settings,
    surroundings,
    mesh: undefined,
    plan,
    label,
    farewell: 'saying goodbye',
  });
  return daemon.run();
}
