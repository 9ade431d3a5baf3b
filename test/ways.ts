import type { HostProcess, Lab, Peer } from '@mdns-ambassador/testkit';
import { announce, announceV1, proxy, proxyV1 } from './ambassador.ts';
import { initMesh, makeSharedFolder } from './mesh.ts';

/** How the bytes of a client come from a proxy to the service. */
export interface Way {
  readonly name: string;
  readonly needs: readonly Peer[];
  /**
   * What carries them: a process, which has a connection for each client, or several, or the kernel; or in a mesh a connection for each
   * client, or few that clients share.
   */
  readonly carrier: 'process' | 'processes' | 'kernel' | 'own connections' | 'shared connections';
  /** Starts it: `thing` on port 7000 of the first host, proxied on port 7000 of the last one. */
  readonly start: (lan: Lab) => Promise<Ends>;
}

export interface Ends {
  readonly announcing: HostProcess;
  readonly proxying: HostProcess;
}

const THING = 'thing:7000';

export const ENGINE_NODE: Way = { name: 'engine node', needs: [], carrier: 'process', start: startOpen() };

/** Each that there is. */
export const WAYS: readonly Way[] = [
  ENGINE_NODE,
  { name: 'two workers', needs: [], carrier: 'processes', start: startOpen('--workers', '2') },
  { name: 'engine nftables', needs: ['nft'], carrier: 'kernel', start: startOpen('--engine', 'nftables') },
  { name: 'ambassador/2', needs: [], carrier: 'shared connections', start: startMesh(announce, proxy) },
  { name: 'ambassador/1', needs: [], carrier: 'own connections', start: startMesh(announceV1, proxyV1) },
  {
    name: 'a proxy that knows ambassador/1 alone',
    needs: [],
    carrier: 'own connections',
    start: startMesh(announce, proxyV1),
  },
  {
    name: 'an announcer that knows ambassador/1 alone',
    needs: [],
    carrier: 'own connections',
    start: startMesh(announceV1, proxy),
  },
];

function startOpen(...flags: readonly string[]): Way['start'] {
  return async (lan) => ({
    announcing: await announce(lan.host(1), THING),
    proxying: await proxy(lan.host(lan.hosts.length), THING, ...flags),
  });
}

function startMesh(startAnnouncing: typeof announce, startProxying: typeof proxy): Way['start'] {
  return async (lan) => {
    const key = ['--mesh-key-file', await initMesh(lan.host(1), makeSharedFolder())];
    return {
      announcing: await startAnnouncing(lan.host(1), THING, ...key),
      proxying: await startProxying(lan.host(lan.hosts.length), THING, ...key),
    };
  };
}
