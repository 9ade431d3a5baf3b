import { type Host, type HostProcess, PYTHON } from '@mdns-ambassador/testkit';
import { locateProgram } from '../../ambassador.ts';
import { DIFFICULT_SERVICE, type InteropPeer, type PublishedService } from './interop-peer.ts';
import { watchJson } from './json-watch.ts';

const PROGRAM = locateProgram('zeroconf-peer.py');

export const pythonZeroconf: InteropPeer = {
  name: 'python-zeroconf',
  needs: ['python3', 'python3-zeroconf'],
  // It takes a dot in a name for the end of a label.
  service: { ...DIFFICULT_SERVICE, instance: 'Küche, zweiter Stock' },
  prepare: async () => {},
  publish: async (host, service) => {
    const publishing = host.spawn(PYTHON, ['-u', PROGRAM, 'publish', JSON.stringify({ ...service, address: host.ip })]);
    await publishing.line(/^ready/);
    return publishing;
  },
  watch: async (host, type) => {
    const browsing = spawnZeroconfWatch(host, type);
    await browsing.line(/^ready/);
    return watchJson(browsing);
  },
};

/** Publishes each of them on the link of its address alone; resolves when all are. */
export async function publishByLinks(
  host: Host,
  services: readonly (PublishedService & { readonly address: string })[],
): Promise<HostProcess> {
  const publishing = host.spawn(PYTHON, ['-u', PROGRAM, 'links', JSON.stringify(services)]);
  await publishing.line(/^ready/);
  return publishing;
}

export function spawnZeroconfWatch(host: Host, type: string): HostProcess {
  return host.spawn(PYTHON, ['-u', PROGRAM, 'watch', type]);
}
