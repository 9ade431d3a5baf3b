/**
 * Simulated LANs that are too large for every test run: how soon a crowd knows each other, and what a calm hour costs. Virtual time; prints
 * what it measured.
 *
 *     node --max-old-space-size=12000 test/soak/lan.mjs join HOSTS...
 *     node --max-old-space-size=12000 test/soak/lan.mjs MINUTES HOSTS...
 */
import { countErrors, joinCrowd, measureTraffic, SimulatedLan } from '@mdns-ambassador/testkit';

const [what, ...sizes] = process.argv.slice(2);
const TYPES = ['_redis._tcp', '_http._tcp', '_ipp._tcp'];
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const JOIN_MS = 2 * SECOND_MS;
const LIMIT_MS = 15 * SECOND_MS;
const LOSS = 0.05;

const worked = () => {
  const { user, system } = process.cpuUsage();
  return `${((user + system) / 1e6).toFixed(0)} s of work, RSS ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`;
};

const join = async (lan, hosts) => {
  lan.network.loss = LOSS;
  await joinCrowd(lan, { hosts, types: TYPES, withinMs: JOIN_MS });
  while (countErrors(lan, TYPES) > 0 && lan.clock.now() < LIMIT_MS) await lan.run(SECOND_MS);
  const errors = countErrors(lan, TYPES);
  const { packets, bytes } = lan.traffic;
  console.log(
    `${hosts} hosts, ${TYPES.length * hosts} services, joining within 2 s, 5 % loss: ${errors} errors after ${(lan.clock.now() / SECOND_MS).toFixed(1)} s,`,
    `${packets} packets, ${bytes} bytes; ${worked()}`,
  );
  return errors === 0;
};

const calm = async (lan, hosts, minutes) => {
  await joinCrowd(lan, { hosts, types: TYPES, withinMs: JOIN_MS });
  await lan.run(MINUTE_MS);
  const { packetsPerSecond, bytesPerSecond } = await measureTraffic(lan, minutes * MINUTE_MS);
  const services = TYPES.length * hosts;
  console.log(
    `${hosts} hosts, ${services} services, ${minutes} calm minutes: ${packetsPerSecond.toFixed(1)} packets/s, ${bytesPerSecond.toFixed(0)} bytes/s,`,
    `${(packetsPerSecond / services).toFixed(4)} packets/s a service; ${countErrors(lan, TYPES)} errors; ${worked()}`,
  );
  return true;
};

const minutes = Number(what);
if ((what !== 'join' && !(minutes > 0)) || sizes.length === 0) {
  console.error('node test/soak/lan.mjs join|MINUTES HOSTS...');
  process.exit(64);
}
for (const size of sizes.map(Number)) {
  const lan = await SimulatedLan.create({ hosts: 0, seed: size });
  try {
    const isGood = what === 'join' ? await join(lan, size) : await calm(lan, size, minutes);
    if (!isGood) process.exitCode = 1;
  } finally {
    await lan[Symbol.asyncDispose]();
  }
}
