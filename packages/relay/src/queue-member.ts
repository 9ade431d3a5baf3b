import { connect } from 'node:net';
import { nextTick } from 'node:process';
import type { QueueMember } from './accept-queue.ts';
import { LOOPBACK_OF_ANY } from './loopback.ts';
import type { TcpTarget } from './target.ts';
import { visitFrom } from './visit.ts';

/** Connects to a listener of this process. `onGone`: see `AcceptQueue`. */
export function joinAcceptQueue({ address, port }: TcpTarget, platform: string, onGone: () => void): QueueMember {
  const host = LOOPBACK_OF_ANY[address] ?? address;
  const localAddress = visitFrom(host, platform);
  const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
  let own: { readonly address: string | undefined; readonly port: number | undefined } | undefined;
  socket.unref();
  // The kernel has given it an address by then, and nobody is accepted before.
  nextTick(() => {
    own = { address: socket.localAddress, port: socket.localPort };
  });
  socket.on('error', () => socket.destroy()).once('close', onGone);
  return {
    get isQueued() {
      return !socket.connecting;
    },
    isFrom: (origin) =>
      own?.port !== undefined && origin.remotePort === own.port && origin.remoteAddress === own.address,
    leave: () => {
      socket.off('close', onGone);
      socket.destroy();
    },
  };
}
