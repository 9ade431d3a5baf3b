import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { announce, proxy, startProgram } from './ambassador.ts';

/** A service `thing` on port 7000 of a host, that says the host's name, and who announces it. */
export interface Backend {
  readonly host: Host;
  readonly service: HostProcess;
  readonly announcer: HostProcess;
}

export const BACKEND_COUNT = 3;

/** On h1, h2 and h3. `flags`: of all, or of each. */
export async function startBackends(
  lan: Lab,
  ...flags: readonly (string | ((host: Host) => readonly string[]))[]
): Promise<readonly Backend[]> {
  return await Promise.all(
    lan.hosts.slice(0, BACKEND_COUNT).map(async (host) => {
      const service = await startProgram(host, 'service', '7000', host.name);
      const own = flags.flatMap((flag) => (typeof flag === 'string' ? [flag] : flag(host)));
      return { host, service, announcer: await announce(host, 'thing:7000', ...own) };
    }),
  );
}

/** On h4, listening on 127.0.0.1:7000; waits until it knows every backend. */
export async function startProxy(lan: Lab, ...flags: readonly string[]): Promise<HostProcess> {
  const proxying = await proxy(lan.host(BACKEND_COUNT + 1), 'thing:7000', ...flags);
  const names = lan.hosts.slice(0, BACKEND_COUNT).map(({ name }) => `thing on ${name}`);
  await proxying.until((output) => names.every((name) => output.includes(name)));
  return proxying;
}
