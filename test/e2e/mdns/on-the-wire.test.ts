import type { HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { startProgram } from '../../ambassador.ts';
import { identityOf, ttlOf } from '../../conformance/packet-text.ts';
import { labTest } from '../../lab-test.ts';
import { type Arrived, GROUPS, RawPeer } from './raw-peer.ts';

const TYPE = '_lab._tcp.local';
const NAME = `far.${TYPE}`;
const NEEDS = { needs: ['python3'] } as const;

/** A host that has announced `far`, and a raw peer beside it. */
async function settle(lan: Lab): Promise<{ publishing: HostProcess; peer: RawPeer; ip: string }> {
  const peer = await RawPeer.start(lan.host(2));
  const publishing = await startProgram(lan.host(1), 'mdns-node', 'publish', 'far');
  await publishing.line(/^announced far eth0/m);
  // The third announcement is the last, and nothing is repeated within the second after it.
  for (const family of [4, 6]) {
    await peer.until((seen) => seen.filter((packet) => packet.family === family && announces(packet)).length >= 3);
  }
  await peer.listen(1_500);
  peer.forget();
  return { publishing, peer, ip: lan.host(1).ip };
}

function announces({ answers }: Arrived): boolean {
  return answers.some((answer) => identityOf(answer).startsWith(`${NAME} SRV `));
}

function isAnswer({ kind, answers }: Arrived): boolean {
  return kind === 'response' && answers.length > 0;
}

await labTest(
  'mDNS IP TTL CHECK: whatever it sends, in both families, has TTL 255 and comes from port 5353',
  { hosts: 2, ...NEEDS },
  async (lan) => {
    const peer = await RawPeer.start(lan.host(2));
    const publishing = await startProgram(lan.host(1), 'mdns-node', 'publish', 'far');
    await publishing.line(/^announced far eth0/m);
    await peer.expect((packet) => packet.family === 6 && isAnswer(packet));
    for (const family of [4, 6] as const) {
      peer.ask(`QU SRV ${NAME}`, { to: GROUPS[family] });
      await peer.expect((packet) => packet.family === family && packet.to !== GROUPS[family]);
      peer.ask(`SRV ${NAME}`, { to: GROUPS[family], from: 'resolver' });
      await peer.expect((packet) => packet.family === family && packet.toPort !== 5353);
    }
    await publishing.stop('SIGTERM');
    await peer.expect(({ answers }) => answers.some((answer) => ttlOf(answer) === 0));
    const seen = new Set(peer.arrived().map(({ family, ttl, fromPort }) => `IPv${family} ${ttl} ${fromPort}`));
    expect([...seen].toSorted()).toEqual(['IPv4 255 5353', 'IPv6 255 5353']);
  },
);

await labTest('multicasts go to the group, from an address of the link', { hosts: 2, ...NEEDS }, async (lan) => {
  const { peer, ip } = await settle(lan);
  peer.ask(`SRV ${NAME}`);
  const ipv4 = await peer.expect((packet) => packet.family === 4 && isAnswer(packet));
  expect(ipv4).toMatchObject({ to: GROUPS[4], toPort: 5353, from: ip });
  const ipv6 = await peer.expect((packet) => packet.family === 6 && isAnswer(packet));
  expect(ipv6).toMatchObject({ to: GROUPS[6], toPort: 5353, from: expect.stringMatching(/^fe80::/) });
});

await labTest(
  'a QU question is answered by unicast to port 5353 of who asked (5.4)',
  { hosts: 2, ...NEEDS },
  async (lan) => {
    const { peer, ip } = await settle(lan);
    for (const family of [4, 6] as const) {
      peer.forget();
      peer.ask(`QU SRV ${NAME}`, { to: GROUPS[family] });
      const answer = await peer.expect((packet) => packet.family === family && isAnswer(packet));
      expect(answer.toPort).toBe(5353);
      expect(answer.to).not.toBe(GROUPS[family]);
      expect(family === 6 || answer.from === ip).toBe(true);
      expect(answer.answers.map(identityOf)).toEqual([expect.stringContaining(`${NAME} SRV 0 0 7000 `)]);
    }
  },
);

await labTest('a resolver is answered at its own port (6.7)', { hosts: 2, ...NEEDS }, async (lan) => {
  const { peer } = await settle(lan);
  for (const family of [4, 6] as const) {
    peer.forget();
    peer.ask(`PTR ${TYPE}`, { to: GROUPS[family], from: 'resolver' }, { id: 0xcafe });
    const answer = await peer.expect((packet) => packet.family === family && isAnswer(packet));
    expect(answer.toPort).toBeGreaterThan(5353);
    expect(answer).toMatchObject({ id: 0xcafe, questions: [`PTR ${TYPE}`], answers: [`${TYPE} 10 IN PTR ${NAME}`] });
    expect(peer.arrived().filter(({ to }) => to === GROUPS[family])).toEqual([]);
  }
});

await labTest('unicast to port 5353 never reaches it: it amplifies nothing', { hosts: 2, ...NEEDS }, async (lan) => {
  const { peer, ip } = await settle(lan);
  peer.ask(`SRV ${NAME}`, { to: ip });
  peer.ask(`SRV ${NAME}`, { to: ip, from: 'resolver' });
  expect(await peer.listen(1_500)).toEqual([]);
  peer.ask(`SRV ${NAME}`);
  await peer.expect(isAnswer);
});

await labTest(
  'what was sent to the group counts from whatever subnet, and is answered by multicast alone: it amplifies nothing (11)',
  { hosts: 2, ...NEEDS },
  async (lan) => {
    const { publishing, peer } = await settle(lan);
    await lan.host(2).read('ip', ['addr', 'add', '192.0.2.9/24', 'dev', 'eth0']);
    peer.ask(`SRV ${NAME}`, { source: '192.0.2.9', from: 'resolver' });
    expect(await peer.listen(1_500)).toEqual([]);
    peer.ask(`QU SRV ${NAME}`, { source: '192.0.2.9' });
    const answer = await peer.expect((packet) => packet.family === 4 && isAnswer(packet));
    expect(answer).toMatchObject({ to: GROUPS[4], toPort: 5353 });
    expect(peer.arrived().filter(({ to }) => to === '192.0.2.9')).toEqual([]);
    const conflict = `${NAME} 120 IN! SRV 0 0 9 other.local`;
    peer.send({ kind: 'response', answers: [conflict] }, { source: '192.0.2.9' });
    await peer.expect(({ questions }) => questions.includes(`ANY ${NAME}`));
    expect(publishing.stdout).not.toContain('renamed');
  },
);

await labTest('a response from another port than 5353 makes no conflict (6)', { hosts: 2, ...NEEDS }, async (lan) => {
  const { peer } = await settle(lan);
  const conflict = { kind: 'response', answers: [`${NAME} 120 IN! SRV 0 0 9 other.local`] } as const;
  peer.send(conflict, { from: 'resolver' });
  expect(await peer.listen(1_500)).toEqual([]);
});

await labTest(
  'a name that is taken on the wire is given up, and its owner hears no goodbye (9)',
  { hosts: 2, ...NEEDS },
  async (lan) => {
    const { publishing, peer } = await settle(lan);
    const conflict = { kind: 'response', answers: [`${NAME} 120 IN! SRV 0 0 9 other.local`] } as const;
    // Again and again: it gives up when it is contradicted while it asks.
    const contradicting = setInterval(() => peer.send(conflict), 100);
    try {
      await peer.expect(({ questions }) => questions.includes(`ANY ${NAME}`));
      await publishing.line(/^renamed far \(2\)/m);
    } finally {
      clearInterval(contradicting);
    }
    await publishing.line(/^announced far \(2\) eth0/m);
    const goodbyes = peer.arrived().flatMap(({ answers }) => answers.filter((answer) => ttlOf(answer) === 0));
    expect(goodbyes.filter((answer) => answer.includes(NAME))).toEqual([]);
  },
);
