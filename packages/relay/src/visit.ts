import { isIPv4 } from 'node:net';
import { isLoopback } from './loopback.ts';

/** Whom nobody uses by himself: Linux connects to all of 127.0.0.0/8 from 127.0.0.1. */
const VISITOR = '127.0.0.2';

/**
 * The local address from which who listens at `address` of this machine is reached, whatever the kernel does with its clients: engine
 * nftables has it send on those that come from 127.0.0.1. Undefined: any. `platform`: as `process.platform` has it.
 */
export function visitFrom(address: string, platform: string): string | undefined {
  return platform === 'linux' && isIPv4(address) && isLoopback(address) ? VISITOR : undefined;
}
