import { hostname } from 'node:os';
import { hostLabel } from './host-label.ts';
import { NativeNode } from './native-node.ts';
import type { MdnsNode, MdnsNodeOptions } from './node.ts';
import { systemClock } from './system-clock.ts';
import { systemNetwork } from './system-network.ts';

/** A node; what the options leave out is this machine's own. Nothing is opened before `start`. */
export function createMdnsNode(options: MdnsNodeOptions = {}): MdnsNode {
  const { network = systemNetwork(), clock = systemClock, random = Math.random } = options;
  const label = options.hostLabel ?? hostLabel(hostname(), random);
  return new NativeNode({ ...options, network, clock, random, hostLabel: label });
}
