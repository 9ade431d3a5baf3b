import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { dial } from '@mdns-ambassador/relay';
import type { DialService } from './checks/dial.ts';
import { createShell, type ShellOptions } from './checks/shell.ts';
import type { Host } from './host.ts';
import { openIngress } from './ingress.ts';
import { stripZone } from './service-host.ts';

/** Beyond the longest look of a check. */
const DIAL_TIMEOUT_MS = 5000;
/** A service that does not close after our farewell is left. */
const IDLE_TIMEOUT_MS = 5000;

export interface SystemHostOptions extends ShellOptions {
  /** The interfaces of the mDNS node's network. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** Relayed connections of one announcement at the same time; `connectionLimit(fileLimit(...))` of the relay package. */
  readonly maxConnections: number;
}

/** The machine that this process runs on. */
export function createSystemHost({ platform, kill, interfaces, maxConnections }: SystemHostOptions): Host {
  return {
    platform,
    interfaces,
    addresses: () =>
      Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .map(({ address }) => stripZone(address)),
    lookup: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
    dial: dialService,
    runShell: createShell({ platform, kill }),
    maxConnections,
    openIngress,
  };
}

const dialService: DialService = async (target, signal) => {
  const socket = await dial(target, { timeoutMs: DIAL_TIMEOUT_MS, signal });
  socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
  return socket;
};
