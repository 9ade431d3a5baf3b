import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { announce, proxy, startProgram } from '../../ambassador.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

/** The smallest mesh: a service `thing` that is announced by one host, and a proxy on another that has found it. */
export interface Pair {
  /** The path of the mesh key, on every host. */
  readonly key: string;
  readonly proxying: HostProcess;
}

/** The service says its host's name; the proxy listens on port 7000. */
export async function startPair(offering: Host, asking: Host): Promise<Pair> {
  const key = await initMesh(offering, makeSharedFolder());
  await startProgram(offering, 'service', '7000', offering.name);
  await announce(offering, 'thing:7000', '--mesh-key-file', key);
  return { key, proxying: await startProxy(asking, offering, key) };
}

/** Waits until it has found the service on `offering`. */
export async function startProxy(
  asking: Host,
  offering: Host,
  key: string,
  ...flags: readonly string[]
): Promise<HostProcess> {
  const proxying = await proxy(asking, 'thing:7000', '--mesh-key-file', key, ...flags);
  await proxying.until((output) => output.includes(`found "thing on ${offering.name}"`));
  return proxying;
}
