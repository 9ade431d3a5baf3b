import { expect, test } from 'vitest';
import { Device, type Heard, HOST, PRINTER, questionsOf, TYPE } from '../device.ts';
import { typeOf } from '../packet-text.ts';

const OTHER_SRV = `${PRINTER} 120 IN! SRV 0 0 9 other.local`;

function isProbe({ authorities }: Heard): boolean {
  return authorities.length > 0;
}

test('probes three times, 250 ms apart, and announces 250 ms after the last', async () => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(2_000);
  const heard = device.take();
  const [first] = heard;
  expect(heard.filter(isProbe).map(({ at }) => at - (first?.at ?? 0))).toEqual([0, 250, 500]);
  expect(heard.find(({ kind }) => kind === 'response')?.at).toBe((first?.at ?? 0) + 750);
});

test('begins after a random time of up to 250 ms', async () => {
  const starts: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const device = await Device.start({ seed });
    device.publish('printer');
    starts.push((await device.queriesIn(300))[0]?.at ?? Number.NaN);
  }
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...starts)).toBeLessThanOrEqual(251);
  expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(150);
});

test('asks for every type of each name that it wants, and proposes its records, without the cache-flush bit', async () => {
  const device = await Device.start();
  device.publish('printer');
  const [probe] = await device.queriesIn(300);
  expect(probe).toMatchObject({ to: 'group', id: 0, flags: 0, answers: [], additionals: [] });
  expect(probe?.questions).toEqual([`ANY ${HOST}`, `ANY ${PRINTER}`]);
  expect(probe?.authorities).toEqual([
    `${HOST} 120 IN A 10.0.0.1`,
    `${PRINTER} 120 IN SRV 0 0 8080 ${HOST}`,
    `${PRINTER} 4500 IN TXT a=b`,
  ]);
});

test('probes for no shared name', async () => {
  const device = await Device.start();
  device.publish('printer', { subtypes: ['_color'] });
  const questions = questionsOf(await device.queriesIn(2_000));
  expect(new Set(questions)).toEqual(new Set([`ANY ${HOST}`, `ANY ${PRINTER}`]));
});

test('gives a name up that is answered for while it probes, whatever the type of the record', async () => {
  for (const record of [OTHER_SRV, `${PRINTER} 4500 IN! TXT x=y`, `${PRINTER} 120 IN! A 10.0.0.2`]) {
    const device = await Device.start();
    const { events } = device.publish('printer');
    await device.run(600);
    device.tell(record);
    await device.run(5_000);
    expect(events).toMatchObject([
      { kind: 'renamed', from: 'printer', to: 'printer (2)' },
      { kind: 'announced', name: 'printer (2)' },
    ]);
    expect(device.take().flatMap(({ answers }) => answers.filter((answer) => answer.startsWith(PRINTER)))).toEqual([]);
  }
});

test('gives it up even 250 ms after the last probe', async () => {
  const device = await Device.start();
  const { events } = device.publish('printer');
  const probes = await device.queriesIn(800);
  await device.run((probes[0]?.at ?? 0) + 749 - device.clock.now());
  device.tell(OTHER_SRV);
  await device.run(0);
  expect(events).toMatchObject([{ kind: 'renamed' }]);
});

test('ignores what it hears before its first probe', async () => {
  const device = await Device.start();
  const { events } = device.publish('printer');
  device.tell(OTHER_SRV);
  await device.run(0);
  expect(device.take()).toEqual([]);
  await device.run(2_000);
  expect(events).toMatchObject([{ kind: 'announced', name: 'printer' }]);
});

test('is not misled by what its cache holds', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  device.tell([
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    OTHER_SRV,
    `${PRINTER} 4500 IN! TXT`,
    'other.local 120 IN! A 10.0.0.2',
  ]);
  await device.run(1_000);
  const { events } = device.publish('printer');
  await device.run(2_000);
  expect(events).toMatchObject([{ kind: 'announced', name: 'printer' }]);
});

test('answers for no name that it only probes for', async () => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(700);
  device.ask([`SRV ${PRINTER}`, `PTR ${TYPE}`, `A ${HOST}`]);
  const heard = await device.responsesIn(100);
  expect(heard).toEqual([]);
});

test('defends a name against a probe within 10 ms, by multicast if the probe is QM', async () => {
  const device = await Device.settled();
  device.ask(`ANY ${PRINTER}`, { authorities: [OTHER_SRV.replace('IN!', 'IN')] });
  const asked = device.clock.now();
  const [defence] = await device.responsesIn(10);
  expect(defence).toMatchObject({ to: 'group', at: asked });
  expect(defence?.answers.map(typeOf)).toEqual(['SRV', 'TXT']);
});

test('defends it by unicast against a QU probe', async () => {
  const device = await Device.settled();
  device.ask(`QU ANY ${PRINTER}`, { authorities: [OTHER_SRV.replace('IN!', 'IN')] });
  const [defence] = await device.responsesIn(10);
  expect(defence).toMatchObject({ to: '10.0.0.2:5353' });
  expect(defence?.answers.map(typeOf)).toEqual(['SRV', 'TXT']);
});

test('defends it again after 250 ms, though a second has not passed', async () => {
  const device = await Device.settled();
  for (let probe = 0; probe < 3; probe++) {
    device.ask(`ANY ${PRINTER}`, { authorities: [OTHER_SRV.replace('IN!', 'IN')] });
    await device.run(250);
  }
  expect(device.take().filter(({ kind }) => kind === 'response')).toHaveLength(3);
});

test('waits for five seconds before each further probe after fifteen conflicts within ten seconds', async () => {
  const device = await Device.start();
  for (let index = 0; index < 8; index++) device.publish(`printer ${index}`);
  const deny = (heard: readonly Heard[]): void => {
    const names = [...new Set(questionsOf(heard.filter(isProbe)))].map((question) => question.replace('ANY ', ''));
    const taken = names.filter((name) => name !== HOST);
    if (taken.length > 0) device.tell(taken.map((name) => `${name} 120 IN! SRV 0 0 9 other.local`));
  };
  const starts = new Set<number>();
  const known = new Set<string>();
  for (let at = 0; at < 30_000; at += 10) {
    await device.run(10);
    const heard = device.take();
    deny(heard);
    for (const probe of heard.filter(isProbe)) {
      for (const question of probe.questions) {
        if (!known.has(question)) starts.add(probe.at);
        known.add(question);
      }
    }
  }
  // Two rounds of eight names are sixteen conflicts; the third waits.
  const [, , third, ...more] = [...starts];
  const second = [...starts][1] ?? 0;
  expect(third).toBeGreaterThanOrEqual(second + 5_000);
  for (const [index, at] of more.entries()) expect(at - ([...starts][index + 2] ?? 0)).toBeGreaterThanOrEqual(5_000);
});
