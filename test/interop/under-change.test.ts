import { expect } from 'vitest';
import { announce, proxy, runProgram, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahiChanging, type ChangingPeer, nativeChanging, pythonChanging } from './peers/changing.ts';
import type { PublishedService } from './peers/interop-peer.ts';

const TYPE = '_thing._tcp';
const MANY = 60;
/** RFC 6762 10.4 and issue 3: a peer that is dead is forgotten so soon after a dial to it failed. */
const GONE_WITHIN_MS = 10_000;
/** From the kill to the end of the first dial, and until the line about it was read, on a busy machine. */
const FIRST_DIAL_MS = 10_000;

/** Who publishes, and who looks. */
const PAIRS: readonly (readonly [ChangingPeer, ChangingPeer])[] = [
  [nativeChanging, avahiChanging],
  [nativeChanging, pythonChanging],
  [avahiChanging, nativeChanging],
  [pythonChanging, nativeChanging],
];

function describe(instance: string, port: number, txt: Readonly<Record<string, string>> = {}): PublishedService {
  return { instance, type: TYPE, port, txt };
}

for (const [publisher, observer] of PAIRS) {
  const title = `${publisher.name} changes, ${observer.name} sees it`;
  const needs = [...publisher.needs, ...observer.needs];

  await labTest(`${title}: TXT, port, a sibling that stops, goodbye`, { hosts: 2, needs }, async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await Promise.all([publisher.prepare(h1), observer.prepare(h2)]);
    const known = await observer.observe(h2, TYPE);
    const publishing = await publisher.publish(h1);
    publishing.tell('publish', 'a', describe('one', 7000, { colour: 'green' }));
    publishing.tell('publish', 'b', describe('two', 7001));
    await known((all) => all.get('one')?.port === 7000 && all.get('two')?.port === 7001);
    publishing.tell('update', 'a', describe('one', 7000, { colour: 'blue', more: 'x' }));
    await known((all) => all.get('one')?.txt.colour === 'blue' && all.get('one')?.txt.more === 'x');
    publishing.tell('update', 'a', describe('one', 7002, { colour: 'blue', more: 'x' }));
    await known((all) => all.get('one')?.port === 7002);
    publishing.close('a');
    await known((all) => !all.has('one') && all.get('two')?.port === 7001);
    await publishing.process.stop('SIGTERM');
    await known((all) => all.size === 0);
  });

  await labTest(`${title}: another name after a conflict`, { hosts: 2, needs }, async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await Promise.all([publisher.prepare(h1), observer.prepare(h2)]);
    const known = await observer.observe(h2, TYPE);
    const first = await observer.publish(h2);
    first.tell('publish', 'a', describe('same', 7001));
    await first.process.line(/^announced same/);
    const second = await publisher.publish(h1);
    second.tell('publish', 'a', describe('same', 7000));
    await second.process.line(/^renamed same/);
    await known(
      (all) => all.size === 2 && all.get('same')?.port === 7001 && [...all.values()].some(({ port }) => port === 7000),
    );
  });

  await labTest(`${title}: ${MANY} services in one process`, { hosts: 2, needs }, async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await Promise.all([publisher.prepare(h1), observer.prepare(h2)]);
    const known = await observer.observe(h2, TYPE);
    const publishing = await publisher.publish(h1);
    for (let n = 0; n < MANY; n++) publishing.tell('publish', `${n}`, describe(`thing ${n}`, 7000 + n));
    await publishing.process.until((output) => output.split('\nannounced ').length > MANY);
    await known(
      (all) =>
        all.size === MANY && [...all.values()].every(({ instance, port }) => instance === `thing ${port - 7000}`),
    );
    await publishing.process.stop('SIGTERM');
    await known((all) => all.size === 0);
  });
}

for (const peer of [nativeChanging, avahiChanging, pythonChanging]) {
  await labTest(
    `${peer.name} is killed: gone within 10 s of a failed dial, and the other instance takes over at once`,
    { hosts: 3, needs: peer.needs },
    async (lan) => {
      const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
      await peer.prepare(h1);
      const publishing = await peer.publish(h1);
      const service = await startProgram(h1, 'service', '7000', 'h1');
      publishing.tell('publish', 'a', describe('mortal', 7000));
      await publishing.process.line(/^announced mortal/);
      const proxying = await proxy(h3, 'thing:7100', '--balance', 'first');
      expect(await runProgram(h3, 'ask', ['127.0.0.1', '7100', 'who'])).toMatchObject({ answer: 'h1\n' });
      await startProgram(h2, 'service', '7000', 'h2');
      await announce(h2, 'thing:7000', '--name', 'other');
      await proxying.line(/^found "other"/);
      await Promise.all([
        publishing.process.stop('SIGKILL'),
        service.stop('SIGKILL'),
        ...h1.spawned.filter(({ title }) => title.includes('avahi-daemon')).map((one) => one.stop('SIGKILL')),
      ]);
      const diedAt = performance.now();
      const lostAt = proxying
        .line(/^lost "mortal": not heard of when asked again and does not answer/)
        .then(() => performance.now());
      lostAt.catch(() => {});
      for (let n = 0; n < 5; n++) {
        expect(await runProgram(h3, 'ask', ['127.0.0.1', '7100', 'who'])).toMatchObject({ answer: 'h2\n' });
      }
      expect((await lostAt) - diedAt).toBeLessThan(GONE_WITHIN_MS + FIRST_DIAL_MS);
    },
  );
}
