import { expect, test } from 'vitest';
import { answersOf, Device, HOST, PRINTER, PRINTER_SRV, questionsOf, TYPE } from '../device.ts';
import { ttlOf } from '../packet-text.ts';

const OTHER_SRV = `${PRINTER} 120 IN! SRV 0 0 9 other.local`;

test.each(['answers', 'authorities', 'additionals'])(
  'probes again for a name that others use, said in the %s',
  async (section) => {
    const device = await Device.settled();
    device.tell([], { [section]: [OTHER_SRV] });
    const questions = questionsOf(await device.queriesIn(1_000));
    expect(questions).toEqual(Array(3).fill(`ANY ${PRINTER}`));
  },
);

test('keeps it, and announces it again, when nobody answers the probes', async () => {
  const device = await Device.settled();
  device.tell(OTHER_SRV);
  expect(answersOf(await device.responsesIn(5_000))).toContain(PRINTER_SRV);
});

test('takes another name when the probes are answered, tells the user, and takes nothing from the owner', async () => {
  const device = await Device.start();
  const { publication, events } = device.publish('printer');
  await device.run(10_000);
  device.tell(OTHER_SRV);
  await device.run(400);
  device.take();
  device.tell(OTHER_SRV);
  await device.run(10_000);
  expect(events.slice(1)).toMatchObject([
    { kind: 'renamed', from: 'printer', to: 'printer (2)' },
    { kind: 'announced' },
  ]);
  expect(publication.name).toBe('printer (2)');
  const heard = answersOf(device.take());
  expect(heard.filter((answer) => ttlOf(answer) === 0)).toEqual([]);
  expect(heard).toContain(`printer (2).${TYPE} 120 IN! SRV 0 0 8080 ${HOST}`);
  await publication.close();
  await device.run(1_000);
  const goodbyes = answersOf(device.take()).filter((answer) => ttlOf(answer) === 0);
  expect(goodbyes.filter((answer) => answer.includes(PRINTER))).toEqual([]);
});

test('other data under its host name is a conflict, too', async () => {
  const device = await Device.settled();
  device.tell(`${HOST} 120 IN! A 10.0.0.99`);
  await device.run(300);
  device.tell(`${HOST} 120 IN! A 10.0.0.99`);
  await device.run(5_000);
  const renamed = device.events.find(({ kind }) => kind === 'host-renamed');
  expect(renamed).toMatchObject({ from: 'device-k3x9' });
  const to = renamed?.kind === 'host-renamed' ? renamed.to : '';
  expect(answersOf(device.take())).toContain(`${PRINTER} 120 IN! SRV 0 0 8080 ${to}.local`);
});

test('a type that it does not have, and a record that ends, are no conflict', async () => {
  const device = await Device.settled();
  device.tell([`${PRINTER} 120 IN! A 10.0.0.2`, `${PRINTER} 0 IN! SRV 0 0 9 other.local`]);
  await device.run(5_000);
  expect(device.take()).toEqual([]);
});

test('keeps a name in the end, and says so once, when all that it tries are taken', async () => {
  const device = await Device.start();
  const { publication, events } = device.publish('printer');
  for (let at = 0; at < 20_000; at += 50) {
    await device.run(50);
    const names = questionsOf(device.take().filter(({ authorities }) => authorities.length > 0));
    const wanted = names.map((name) => name.replace('ANY ', '')).filter((name) => name !== HOST);
    if (wanted.length > 0) device.tell(wanted.map((name) => `${name} 120 IN! SRV 0 0 9 other.local`));
  }
  expect(events.filter(({ kind }) => kind === 'renamed')).toHaveLength(3);
  expect(publication.state.kind).toBe('announced');
  expect(device.events.filter(({ kind }) => kind === 'name-disputed')).toHaveLength(1);
});
