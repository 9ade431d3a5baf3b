import { expect, test } from 'vitest';
import { answersOf, Device, HOST, HOST_A, questionsOf } from '../device.ts';
import { ttlOf } from '../packet-text.ts';

const ALIAS_A = 'web.local 120 IN! A 10.0.0.1';
const ALIAS_NSEC = 'web.local 120 IN! NSEC web.local A';
const OTHER_A = 'web.local 120 IN! A 10.0.0.99';

test('an alias of the host is probed for beside the service, with its address proposed, and announced twice at least', async () => {
  const device = await Device.start();
  device.publish('printer', { alias: 'web' });
  const heard = await device.queriesIn(1_050);
  const probes = heard.filter(({ questions }) => questions.includes('ANY web.local'));
  expect(probes.map(({ at }) => at - (probes[0]?.at ?? 0))).toEqual([0, 250, 500]);
  for (const { authorities } of probes) expect(authorities).toContain('web.local 120 IN A 10.0.0.1');
  await device.run(5_000);
  const announcements = device.take().filter(({ answers }) => answers.includes(ALIAS_A));
  expect(announcements.length).toBeGreaterThanOrEqual(2);
});

test('it is answered for, what it has not is denied, and the target of SRV stays the name of the host', async () => {
  const device = await Device.settled({}, { alias: 'web' });
  device.ask('A web.local');
  expect(answersOf(await device.responsesIn(500))).toEqual([ALIAS_A]);
  device.ask('AAAA web.local');
  expect(answersOf(await device.responsesIn(500))).toEqual([ALIAS_NSEC]);
  device.ask('A WEB.LOCAL', {}, { port: 40_000 });
  const [legacy] = await device.responsesIn(500);
  expect(legacy?.to).toBe('10.0.0.2:40000');
  expect(legacy?.answers[0]).toMatch(/^web\.local 10 IN A 10\.0\.0\.1$/i);
  device.ask('SRV printer._http._tcp.local');
  expect(answersOf(await device.responsesIn(500))[0]).toContain(HOST);
});

test('it is defended against who probes for it', async () => {
  const device = await Device.settled({}, { alias: 'web' });
  device.ask('ANY web.local', { authorities: ['web.local 120 IN A 10.0.0.99'] });
  expect(answersOf(await device.responsesIn(300))).toEqual([ALIAS_A]);
});

test('other data under it is a conflict, by which only the alias has another name', async () => {
  const device = await Device.start();
  const { publication, events } = device.publish('printer', { alias: 'web' });
  await device.run(10_000);
  device.tell(OTHER_A);
  await device.run(400);
  device.take();
  device.tell(OTHER_A);
  const heard = answersOf(await device.responsesIn(10_000));
  expect(heard).toContain('web-2.local 120 IN! A 10.0.0.1');
  expect(heard.filter((answer) => answer.startsWith('web.local'))).toEqual([]);
  expect(publication).toMatchObject({ name: 'printer', host: HOST, alias: 'web-2.local' });
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'alias-announced', 'alias-renamed', 'alias-announced']);
});

test('who loses the tie of two probes asks again a second later', async () => {
  const device = await Device.start();
  device.publish('printer', { alias: 'web' });
  await device.run(260);
  device.take();
  device.ask('ANY web.local', { authorities: ['web.local 120 IN A 200.0.0.1'] });
  const asked = questionsOf(await device.queriesIn(900)).filter((question) => question.includes('web.local'));
  expect(asked).toEqual([]);
  device.tell('web.local 120 IN! A 200.0.0.1');
  expect(questionsOf(await device.queriesIn(3_000))).toContain('ANY web-2.local');
});

test('it is taken back with its service, and the host with the last one', async () => {
  const device = await Device.start();
  const { publication } = device.publish('printer', { alias: 'web' });
  device.publish('other');
  await device.run(10_000);
  device.take();
  publication.withdraw();
  const goodbyes = answersOf(await device.responsesIn(5_000)).filter((answer) => ttlOf(answer) === 0);
  expect(goodbyes).toContain('web.local 0 IN! A 10.0.0.1');
  expect(goodbyes.filter((answer) => answer.startsWith(HOST))).toEqual([]);
  device.ask(['A web.local', `A ${HOST}`]);
  expect(answersOf(await device.responsesIn(500))).toEqual([HOST_A]);
});
