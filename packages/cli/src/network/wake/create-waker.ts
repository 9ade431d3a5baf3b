import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { readSystemInterfaces, systemClock } from '@mdns-ambassador/mdns';
import { nameStateFolder } from '../../machine/seed.ts';
import { joinWords } from '../../output/phrases.ts';
import type { Reporter } from '../../output/reporter.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readNeighbours } from '../neighbours.ts';
import { runProgram } from '../run-program.ts';
import { type Broadcast, listBroadcasts } from './broadcasts.ts';
import { KnownMachines } from './known-machines.ts';
import { buildMagicPacket } from './magic-packet.ts';
import { Waker } from './waker.ts';

/** The discard service (RFC 863): whoever listens there throws it away. */
const PORT = 9;
/** In the state folder. */
const MACHINES_FILE = 'machines.json';

/** `--wake` of one service. */
export function createWaker(
  service: string,
  wake: string,
  { env, platform }: Pick<Surroundings, 'env' | 'platform'>,
  reporter: Reporter,
): Waker {
  return new Waker({
    service,
    wake,
    clock: systemClock,
    machines: new KnownMachines(join(nameStateFolder(env, platform), MACHINES_FILE)),
    readNeighbours: () => readNeighbours(platform, runProgram),
    send: (mac) => {
      const broadcasts = listBroadcasts(readSystemInterfaces() ?? {});
      for (const broadcast of broadcasts) sendPacket(buildMagicPacket(mac), broadcast);
      return broadcasts.map(({ interfaceName }) => interfaceName);
    },
    onWaking: (macs, links) =>
      reporter.tell(describeWaking(service, macs, links), { event: 'waking', service, macs, links }),
  });
}

function describeWaking(service: string, macs: readonly string[], links: readonly string[]): string {
  if (macs.length === 0) {
    return `${service}: nobody is known who could be woken; machines are learned when they are reached, or write --wake MAC`;
  }
  if (links.length === 0) return `${service}: nobody can be woken, for no interface with an IPv4 address is up`;
  return `${service}: waking ${joinWords(macs)} by a magic packet on ${joinWords(links)}`;
}

/** What can't be sent is sent again, or another link's arrives. */
function sendPacket(packet: Buffer, { from, to }: Broadcast): void {
  const socket = createSocket('udp4');
  const close = (): void => {
    socket.close();
  };
  socket.once('error', close);
  socket.bind({ address: from, port: 0, exclusive: true }, () => {
    socket.setBroadcast(true);
    socket.send(packet, PORT, to, () => {
      socket.off('error', close);
      socket.on('error', () => undefined);
      close();
    });
  });
}
