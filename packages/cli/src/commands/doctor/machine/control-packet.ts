import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Of RFC 6762 3; on another port it is nobody's. */
const GROUP = '224.0.0.251';
/** As the other looks take longer, patience with a busy machine costs nothing. */
const PATIENCE_MS = 2_000;

/**
 * Whether a multicast packet for a port that nobody filters comes back to this machine from the interface with this IPv4 address.
 * Never rejects. The packet does not leave the machine.
 */
export async function hearControlPacket(address: string, platform: NodeJS.Platform): Promise<boolean> {
  const listener = createSocket({ type: 'udp4', reuseAddr: true });
  const speaker = createSocket('udp4');
  try {
    for (const socket of [listener, speaker]) socket.on('error', () => undefined);
    // Elsewhere than on Linux a socket bound to a group can't be made.
    listener.bind(0, platform === 'linux' ? GROUP : '0.0.0.0');
    speaker.bind(0, address);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await Promise.all([once(listener, 'listening', { signal }), once(speaker, 'listening', { signal })]);
    listener.addMembership(GROUP, address);
    speaker.setMulticastInterface(address);
    speaker.setMulticastTTL(0);
    speaker.setMulticastLoopback(true);
    const heard = once(listener, 'message', { signal });
    speaker.send('control', listener.address().port, GROUP, () => undefined);
    await heard;
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
    speaker.close();
  }
}
