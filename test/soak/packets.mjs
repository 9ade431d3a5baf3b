/**
 * What the largest packets of each kind cost a whole node, in a quiet loop: a new node each time, then another such packet after 1.5 s.
 *
 *     node --single-threaded test/soak/packets.mjs [ROUNDS]
 */

import { HostileTarget } from '@mdns-ambassador/testkit';
import { encodeMessage } from '../../packages/mdns/dist/wire/encode.js';

const ROUNDS = Number(process.argv[2] ?? 100);
const LATER_MS = 1_500;
const PTR = 12;
const ANY = 255;
const TYPE = ['_redis', '_tcp', 'local'];
/** What the node under test has. */
const OWN_HOST = ['h1-k3x9', 'local'];
const OWN_SERVICE = ['redis on h1', ...TYPE];
const OTHER_HOST = ['h2', 'local'];

const empty = { id: 0, truncated: false, questions: [], answers: [], authorities: [], additionals: [] };
const query = (parts) => ({ ...empty, kind: 'query', ...parts });
const response = (answers) => ({ ...empty, kind: 'response', answers });
const times = (count, create) => Array.from({ length: count }, (_, index) => create(index));
const ask = (name, type, unicast = false) => ({ name, type, unicast });
const pointer = (label) => ({ name: TYPE, ttl: 4500, flush: false, data: { type: 'PTR', target: [label, ...TYPE] } });
const address = (name, index = 0) => ({
  name,
  ttl: 120,
  flush: true,
  data: { type: 'A', address: `10.1.${index >> 8}.${index & 255}` },
});
const service = (label, target, port = 1) => ({
  name: [label, ...TYPE],
  ttl: 120,
  flush: true,
  data: { type: 'SRV', priority: 0, weight: 0, port, target },
});
const text = (label) => ({
  name: [label, ...TYPE],
  ttl: 4500,
  flush: true,
  data: { type: 'TXT', strings: [new Uint8Array(0)] },
});
const complete = (label) => {
  const host = [`h-${label}`, 'local'];
  return [pointer(label), service(label, host), text(label), address(host)];
};

/** `round` makes names that were not there before. */
const KINDS = {
  'new instances, pointers only': (round) => response(times(340, (index) => pointer(`x${round}-${index}`))),
  'new instances, complete': (round) => response(times(100, (index) => complete(`x${round}-${index}`)).flat()),
  'instances of one host with many addresses': (round) =>
    response([
      ...times(150, (index) => pointer(`x${round}-${index}`)),
      ...times(150, (index) => service(`x${round}-${index}`, OTHER_HOST)),
      ...times(130, (index) => address(OTHER_HOST, index)),
    ]),
  'one instance with many places': () =>
    response([pointer('x'), ...times(360, (port) => service('x', OTHER_HOST, port))]),
  'addresses for our host': () => response(times(560, (index) => address(OWN_HOST, index))),
  'known answers': (round) =>
    query({ questions: [ask(TYPE, PTR)], answers: times(340, (index) => pointer(`k${round}-${index}`)) }),
  'the same question': () => query({ questions: times(1_490, () => ask(TYPE, PTR)) }),
  'the same probe': () =>
    query({
      questions: times(1_400, () => ask(OWN_SERVICE, ANY, true)),
      authorities: [service('redis on h1', OTHER_HOST)],
    }),
  'probes with many proposals': () =>
    query({
      questions: times(250, () => ask(OWN_HOST, ANY)),
      authorities: times(450, (index) => address(OWN_HOST, index)),
    }),
  'questions for many types': () => query({ questions: times(1_400, (index) => ask(TYPE, 300 + index)) }),
  'probes for many types': () =>
    query({ questions: times(1_400, (index) => ask(OWN_HOST, 300 + index)), authorities: [address(OWN_HOST)] }),
};

const workedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** The node does what follows from a packet in a microtask. */
const measure = async (target, bytes) => {
  const from = workedMs();
  target.receive(bytes);
  await null;
  await null;
  return workedMs() - from;
};

for (const [kind, compose] of Object.entries(KINDS)) {
  const worked = [];
  let size = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const target = new HostileTarget(round + 1);
    await target.start();
    for (const part of [2 * round, 2 * round + 1]) {
      const bytes = encodeMessage(compose(part));
      size = Math.max(size, bytes.length);
      worked.push(await measure(target, bytes));
      await target.clock.advance(LATER_MS);
    }
    await target.node.close();
  }
  worked.sort((a, b) => a - b);
  const [least, median, most] = [0, 0.5, 0.99].map((part) => worked[Math.floor(part * (worked.length - 1))].toFixed(2));
  console.log(`${kind}, ${size} bytes: least ${least} ms, median ${median} ms, p99 ${most} ms`);
}
process.exit(0);
