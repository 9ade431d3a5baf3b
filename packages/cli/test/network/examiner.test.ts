import { PassThrough } from 'node:stream';
import { createMdnsNode, type MdnsNode } from '@mdns-ambassador/mdns';
import { PROBE_TYPE } from '@mdns-ambassador/peers';
import { ManualClock, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createExaminer } from '../../src/network/examiner.ts';

const ID = '0123456789abcdef';
const ASKER = '10.0.0.9';

/** An examiner on a link of its own, and what leaves its machine. */
async function arrange() {
  const clock = new ManualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1) });
  const sent: number[] = [];
  network.onSent = ({ host, at, bytes }) => {
    if (host === 'h1' && Buffer.from(bytes).includes(ID)) sent.push(at);
  };
  const startNode = async (name: string, address: string): Promise<MdnsNode> => {
    const host = network.addHost(name);
    host.connect('eth0', 'lan', [address]);
    const node = createMdnsNode({ network: host, clock, random: seededRandom(2), hostLabel: name });
    await node.start();
    onTestFinished(() => node.close());
    return node;
  };
  const node = await startNode('h1', '10.0.0.1/24');
  const dialled: unknown[] = [];
  const said: string[] = [];
  const told: unknown[] = [];
  const examiner = createExaminer({
    node,
    clock,
    dial: async (target) => {
      dialled.push(target);
      return new PassThrough().on('data', (chunk: Buffer) => said.push(chunk.toString()));
    },
    version: '1.2.3',
    platform: 'linux',
    meshes: () => [],
  });
  const examine = (ways: readonly ('multicast' | 'hear' | 'dial')[], port?: number): Promise<void> =>
    examiner.examine({ kind: 'examine', id: ID, ways, ...(port === undefined ? {} : { port }) }, ASKER, (line) =>
      told.push(line),
    );
  return { clock, sent, dialled, said, told, examine, startNode };
}

test('Dials the asker alone, once, and says one line there', async () => {
  const { clock, dialled, said, told, sent, examine } = await arrange();
  const examined = examine(['dial'], 7_000);
  await clock.advance(60_000);
  await examined;
  expect(dialled).toEqual([{ kind: 'tcp', address: ASKER, port: 7_000 }]);
  expect(said.join('')).toBe(`{"v":1,"kind":"dialled","id":"${ID}"}\n`);
  expect(told).toMatchObject([
    { kind: 'facts', asker: ASKER },
    { way: 'dial', result: 'done' },
  ]);
  expect(sent).toEqual([]);
});

test('Dials nobody who names no port, and nobody for the other ways', async () => {
  const { clock, dialled, told, examine } = await arrange();
  const examined = examine(['multicast', 'hear', 'dial']);
  await clock.advance(60_000);
  await examined;
  expect(dialled).toEqual([]);
  expect(told).toContainEqual(expect.objectContaining({ way: 'dial', result: 'failed' }));
});

test('Announces one instance twice, takes it back, and is silent after that', async () => {
  const { clock, sent, examine, told, startNode } = await arrange();
  const heard: string[] = [];
  const other = await startNode('h2', '10.0.0.2/24');
  other.browse({ type: PROBE_TYPE }, ({ kind, instance }) => heard.push(`${kind} ${instance.name}`));
  const examined = examine(['multicast']);
  await clock.advance(10_000);
  await examined;
  expect(told).toContainEqual(expect.objectContaining({ way: 'multicast', result: 'done', interfaces: ['eth0'] }));
  // Three probes, two announcements, an answer to who browses, goodbyes.
  const count = sent.length;
  expect(count).toBeLessThanOrEqual(10);
  expect(heard.at(0)).toBe(`added ${ID}`);
  expect(heard.at(-1)).toBe(`removed ${ID}`);
  // Who asks later has no answer.
  const later = await startNode('h3', '10.0.0.3/24');
  later.browse({ type: PROBE_TYPE }, ({ instance }) => heard.push(`later ${instance.name}`));
  await clock.advance(120_000);
  expect(heard.filter((word) => word.startsWith('later'))).toEqual([]);
  expect(sent.length).toBe(count);
});
