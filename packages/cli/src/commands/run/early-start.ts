import { formatListenPlace, KeptListeners } from '@mdns-ambassador/relay';
import { findRuntime } from '../../process/runtime-folder.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readMode } from '../../requests/mesh-request.ts';
import type { Plan, PlannedProxy } from '../../requests/plan.ts';
import { areKnown } from './known.ts';
import type { RunRequest } from './request.ts';
import { type RunningCommand, startCommand } from './running-command.ts';

/** What these ask for may be refused when the proxy comes about, and the command would run already. */
const MAY_BE_REFUSED: readonly string[] = [
  'config',
  'dns',
  'interface',
  'peer',
  'admin',
  'haproxy-socket',
  'haproxy-backend',
  'log-level',
  'log-format',
  'log-connections',
];

/** A command that runs before there is a proxy for it: who connects to its ports meanwhile waits. */
export interface EarlyStart {
  readonly command: RunningCommand;
  /** With the ports that the command was told. */
  readonly plan: Plan;
  /** They have these ports. */
  readonly listeners: KeptListeners;
}

/**
 * Runs the command at once where its services are known to be there, so that the proxy is loaded while the command itself starts. Undefined
 * where they have to be found first.
 */
export async function startEarly(request: RunRequest, surroundings: Surroundings): Promise<EarlyStart | undefined> {
  const { settings, mesh } = request;
  if (MAY_BE_REFUSED.some((option) => settings.find(option).length > 0)) return undefined;
  const mode = readMode(mesh, settings);
  const meshes = mode.kind === 'mesh' ? mode.ids : [];
  if (!(await areKnown(request.plan.proxy, meshes, findRuntime(surroundings)))) return undefined;
  const listeners = new KeptListeners();
  const plan = await reservePorts(request.plan, listeners);
  if (plan === undefined || surroundings.shutdown.signal.aborted) {
    await listeners.keep([])();
    return undefined;
  }
  const places = plan.proxy.map(({ service, listen }) => ({ service, listen: listen.map(formatListenPlace) }));
  return { command: startCommand(request, places, surroundings), plan, listeners };
}

/** Undefined where the system does not choose the ports, or has none: whoever listens says why. */
async function reservePorts(plan: Plan, listeners: KeptListeners): Promise<Plan | undefined> {
  const proxy: PlannedProxy[] = [];
  for (const planned of plan.proxy) {
    const [at, ...others] = planned.listen;
    if (at?.kind !== 'tcp' || at.port !== 0 || others.length > 0) return undefined;
    try {
      proxy.push({ ...planned, listen: [await listeners.reserve(at)] });
    } catch {
      return undefined;
    }
  }
  return { ...plan, proxy };
}
