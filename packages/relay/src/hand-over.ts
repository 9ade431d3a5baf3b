import type { Socket } from 'node:net';
import { resetLeg } from './leg.ts';
import { surface } from './surface.ts';

/** Gives an accepted socket to its receiver. One that throws loses this socket, and nothing else. */
export function handOver(socket: Socket, receive: (socket: Socket) => void): void {
  try {
    receive(socket);
  } catch (error) {
    socket.on('error', () => undefined);
    resetLeg(socket);
    surface(error);
  }
}
