/**
 * node flood.mjs KIND SOURCE,SOURCE... PER_SECOND SECONDS [NAME]: sends packets to the mDNS group of eth0 from these addresses of this host,
 * then prints `sent N`. KIND: `names` unique instances of _thing._tcp, ten in a packet; `goodbyes` and `flushes` forged for the instance NAME;
 * `malformed`; `chatter`, the announcement of one instance for each address. With `:PORT` behind a source, from that port.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { FLAGS, rawName, rawPacket, rawRecord, rawSrv, TYPES } from '@mdns-ambassador/testkit';

const GROUP = '224.0.0.251';
const PORT = 5353;
const INSTANCES_PER_PACKET = 10;
const TICK_MS = 10;
const SECOND_MS = 1_000;

const [kind, sources = '', perSecond, seconds, name = ''] = process.argv.slice(2);
const type = rawName('_thing', '_tcp', 'local');
let sent = 0;

const sockets = await Promise.all(
  sources.split(',').map(async (source) => {
    const [address, port = PORT] = source.split(':');
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.bind({ address, port: Number(port) });
    await once(socket, 'listening');
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(255);
    return { socket, octets: Uint8Array.from(address.split('.').map(Number)) };
  }),
);

const instanceRecords = (label, port, octets) => {
  const instance = rawName(label, '_thing', '_tcp', 'local');
  const host = rawName(`flood-${octets.at(-1)}`, 'local');
  return [
    rawRecord(type, TYPES.PTR, instance, { ttl: 4_500 }),
    rawRecord(instance, TYPES.SRV, rawSrv(port, host), { flush: true }),
    rawRecord(instance, TYPES.TXT, Uint8Array.of(0), { flush: true }),
    rawRecord(host, TYPES.A, octets, { flush: true }),
  ];
};

const compose = {
  names: (number, octets) =>
    Array.from({ length: INSTANCES_PER_PACKET }, (_, index) => `fake ${number} ${index}`).flatMap((label) =>
      instanceRecords(label, 1, octets),
    ),
  goodbyes: () => [rawRecord(type, TYPES.PTR, rawName(name, '_thing', '_tcp', 'local'), { ttl: 0 })],
  chatter: (_, octets) => instanceRecords(`of ${octets.join('.')}`, 1, octets),
  flushes: (_, octets) => instanceRecords(name, 1, octets),
};

const send = () => {
  const { socket, octets } = sockets[sent % sockets.length];
  const bytes =
    kind === 'malformed'
      ? Uint8Array.of(0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, sent & 0xff, sent >> 8)
      : rawPacket({ flags: FLAGS.response, answers: compose[kind](sent, octets) });
  socket.send(bytes, PORT, GROUP);
  sent += 1;
};

console.log('ready');
const startedAt = Date.now();
const endsAt = startedAt + Number(seconds) * SECOND_MS;
const ticking = setInterval(() => {
  const now = Math.min(Date.now(), endsAt);
  const due = ((now - startedAt) * Number(perSecond)) / SECOND_MS;
  while (sent < due) send();
  if (now < endsAt) return;
  clearInterval(ticking);
  console.log(`sent ${sent}`);
  for (const { socket } of sockets) socket.close();
}, TICK_MS);
