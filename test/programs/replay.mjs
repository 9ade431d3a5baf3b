/**
 * node replay.mjs ADDRESS PER_SECOND SECONDS INSTANCE...: says to the mDNS group of eth0 that these are instances of _thing._tcp at ADDRESS, then
 * prints `sent N`. An INSTANCE is JSON: its name, host, port and TXT keys, which may be those of somebody else.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { FLAGS, rawName, rawPacket, rawRecord, rawSrv, TYPES } from '@mdns-ambassador/testkit';

const GROUP = '224.0.0.251';
const PORT = 5353;
const [address, perSecond, seconds, ...given] = process.argv.slice(2);
const type = rawName('_thing', '_tcp', 'local');

const encodeTxt = (txt) =>
  Buffer.concat(
    Object.entries(txt).map(([key, value]) => {
      const text = Buffer.from(value === true ? key : `${key}=${value}`);
      return Buffer.concat([Uint8Array.of(text.length), text]);
    }),
  );

const packets = given.map((json) => {
  const { instance, host, port, txt } = JSON.parse(json);
  const name = rawName(instance, '_thing', '_tcp', 'local');
  const target = rawName(...host.split('.'));
  const octets = Uint8Array.from(address.split('.').map(Number));
  return rawPacket({
    flags: FLAGS.response,
    answers: [
      rawRecord(type, TYPES.PTR, name, { ttl: 4_500 }),
      rawRecord(name, TYPES.SRV, rawSrv(port, target), { flush: true }),
      rawRecord(name, TYPES.TXT, encodeTxt(txt), { flush: true, ttl: 4_500 }),
      rawRecord(target, TYPES.A, octets, { flush: true }),
    ],
  });
});

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.bind({ address, port: PORT });
await once(socket, 'listening');
socket.setMulticastInterface(address);
socket.setMulticastTTL(255);
const count = Number(perSecond) * Number(seconds);
for (let sent = 0; sent < count; sent++) {
  for (const packet of packets) socket.send(packet, PORT, GROUP);
  await setTimeout(1_000 / Number(perSecond));
}
console.log(`sent ${count}`);
socket.close();
