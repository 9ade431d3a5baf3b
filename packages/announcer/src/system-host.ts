import { lookup } from 'node:dns/promises';
import { createShell, dialService, type ShellOptions } from '@mdns-ambassador/checks';
import { type NetworkInterface, readSystemInterfaces } from '@mdns-ambassador/mdns';
import { BeaconWatch, type Room, stripZone } from '@mdns-ambassador/relay';
import type { Host } from './host.ts';
import { createIngress } from './ingress.ts';

export interface SystemHostOptions extends ShellOptions {
  /** The interfaces of the mDNS node's network. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** For relayed connections; the room of all that this process carries. */
  readonly room: Room;
}

/** The machine that this process runs on. */
export function createSystemHost({ interfaces, room, ...shell }: SystemHostOptions): Host {
  const beacons = new BeaconWatch(shell.platform);
  return {
    platform: shell.platform,
    interfaces,
    addresses: () =>
      Object.values(readSystemInterfaces() ?? {})
        .flatMap((addresses) => addresses ?? [])
        .map(({ address }) => stripZone(address)),
    lookup: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
    dial: dialService,
    runShell: createShell(shell),
    findProxy: (target) => beacons.find(target),
    room,
    createIngress,
  };
}
