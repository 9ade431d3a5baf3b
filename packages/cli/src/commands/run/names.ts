import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { hostLabelOf, ownLoopbackAddress } from '@mdns-ambassador/dns';
import { type Clock, formatPlace, KeptListeners } from '@mdns-ambassador/relay';
import type { Reporter } from '../../output/reporter.ts';
import { parseHostPort } from '../../parse/host-port.ts';
import type { Plan, PlannedNames, PlannedProxy } from '../../requests/plan.ts';
import type { LocalPlaces } from './running-command.ts';

const LOOK_AGAIN_MS = 100;
/** What leads there at once is known by then, also where nothing is waited for. */
const SHORTEST_MS = 250;
/** What the system has kept is forgotten by then (an answer holds for 5 s), and other processes have looked at this one. */
const LONGEST_MS = 8_000;

export interface NamesOptions {
  readonly clock: Clock;
  /** The addresses of a name, as programs find them; empty where there are none. Never rejects. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly timeoutMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly reporter: Pick<Reporter, 'tell'>;
}

/** As any program of this machine asks. */
export async function askSystem(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true, family: 4 })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/** Where the place that a name is to lead to can't be had, because another process has it or the system has no such address, the system chooses a port. */
export async function reserveOwnAddresses(
  plan: Plan,
): Promise<{ readonly plan: Plan; readonly listeners: KeptListeners | undefined }> {
  if (plan.dns.length === 0) return { plan, listeners: undefined };
  const listeners = new KeptListeners();
  const proxy: PlannedProxy[] = [];
  for (const planned of plan.proxy) proxy.push(await reserve(planned, listeners));
  return { plan: { ...plan, proxy }, listeners };
}

async function reserve(planned: PlannedProxy, listeners: KeptListeners): Promise<PlannedProxy> {
  const [at] = planned.listen;
  const isOwn = at?.kind === 'tcp' && at.address === ownLoopbackAddress(planned.service);
  if (!isOwn || planned.engine.kind !== 'node' || planned.workers > 1) return planned;
  try {
    await listeners.reserve(at);
    return planned;
  } catch {
    return { ...planned, listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }] };
  }
}

/** The places with the names that lead to them on this machine, once they do; which do not in time is told. */
export async function nameServices(
  services: readonly LocalPlaces[],
  [names]: readonly PlannedNames[],
  options: NamesOptions,
): Promise<readonly LocalPlaces[]> {
  if (names === undefined) return services;
  const wanted = services.map((service) => describeName(service, names.domain));
  const leading = await waitUntilLed(
    wanted.filter(({ isOwn }) => isOwn),
    options,
  );
  for (const { service, name, at, isOwn } of wanted.filter((one) => !leading.has(one.name))) {
    const why = isOwn
      ? 'which does not lead there on this machine (see ambassador dns --install)'
      : `for ${ownLoopbackAddress(service)} is taken, or not there`;
    options.reporter.tell(`the command finds ${service} at ${at}, not as ${name}, ${why}`, {
      event: 'unnamed',
      service,
      name,
    });
  }
  return wanted.map(({ service, listen, name }) => ({ service, listen, name: leading.has(name) ? name : undefined }));
}

interface Wanted extends LocalPlaces {
  readonly name: string;
  readonly address: string;
  readonly at: string;
  /** The name leads to this address wherever names are asked for. */
  readonly isOwn: boolean;
}

function describeName({ service, listen }: LocalPlaces, domain: string): Wanted {
  const { host, port } = parseHostPort(listen[0] ?? '');
  const name = `${hostLabelOf(service).own}.${domain}`;
  return {
    service,
    listen,
    name,
    address: host,
    at: formatPlace(host, port),
    isOwn: host === ownLoopbackAddress(service),
  };
}

/** Resolves with the names that lead to their addresses, once all do or the time is over. */
async function waitUntilLed(
  wanted: readonly Wanted[],
  { clock, resolve, timeoutMs, signal }: NamesOptions,
): Promise<ReadonlySet<string>> {
  const leading = new Set<string>();
  const over = new AbortController();
  const cancel = clock.after(Math.min(Math.max(timeoutMs, SHORTEST_MS), LONGEST_MS), () => over.abort());
  const ended = AbortSignal.any([over.signal, signal]);
  const follow = async ({ name, address }: Wanted): Promise<void> => {
    while (!ended.aborted && !(await resolve(name)).includes(address)) {
      await new Promise<void>((again) => void clock.after(LOOK_AGAIN_MS, again));
    }
    if (!ended.aborted) leading.add(name);
  };
  // The system may take longer to say that there is no such name.
  await Promise.race([Promise.all(wanted.map(follow)), once(ended, 'abort')]);
  over.abort();
  cancel();
  return new Set(leading);
}
