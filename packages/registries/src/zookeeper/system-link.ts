import { connect } from 'node:net';
import { describeLinkFailure } from '../link-failure.ts';
import type { OpenZooKeeperLink } from './link.ts';

/** A peer that vanished is noticed by the session's beat long before. */
const KEEPALIVE_MS = 5_000;

/** TCP over this machine's network. */
export const openSystemLink: OpenZooKeeperLink = ({ host, port }, { onOpen, onBytes, onClose }) => {
  let reason: string | undefined;
  let isOver = false;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS });
  socket.on('connect', () => {
    if (!isOver) onOpen();
  });
  socket.on('data', (bytes) => {
    if (!isOver) onBytes(bytes);
  });
  socket.on('error', (error) => {
    reason = describeLinkFailure(error);
  });
  socket.on('close', () => {
    if (isOver) return;
    isOver = true;
    onClose(reason);
  });
  return {
    send: (bytes) => {
      socket.write(bytes);
    },
    destroy: () => {
      isOver = true;
      socket.destroy();
    },
  };
};
