import { expect, test } from 'vitest';
import { answersOf, Device, ENUMERATION, questionsOf, TYPE_PTR } from '../device.ts';

test('names each of its types once, with nothing in addition', async () => {
  const device = await Device.settled();
  device.publish('second');
  device.publish('third', { type: '_ipp._tcp' });
  await device.run(10_000);
  device.take();
  device.ask(`PTR ${ENUMERATION}`);
  const heard = await device.responsesIn(500);
  expect(answersOf(heard).toSorted()).toEqual([TYPE_PTR, `${ENUMERATION} 4500 IN PTR _ipp._tcp.local`].toSorted());
  expect(heard.flatMap(({ additionals }) => additionals)).toEqual([]);
});

test('names a type no more when its last service is gone, but says no goodbye: others may have it', async () => {
  const device = await Device.settled();
  const { publication } = device.publish('third', { type: '_ipp._tcp' });
  await device.run(10_000);
  device.take();
  void publication.close();
  await device.run(2_000);
  expect(answersOf(device.take()).filter((answer) => answer.startsWith(ENUMERATION))).toEqual([]);
  device.ask(`PTR ${ENUMERATION}`);
  expect(answersOf(await device.responsesIn(500))).toEqual([TYPE_PTR]);
});

test('lists every type on the link', async () => {
  const device = await Device.start();
  const types: string[] = [];
  device.node.browseTypes((type) => types.push(type));
  expect(questionsOf(await device.queriesIn(500))).toEqual([`PTR ${ENUMERATION}`]);
  device.tell([TYPE_PTR, `${ENUMERATION} 4500 IN PTR _ipp._tcp.local`, `${ENUMERATION} 4500 IN PTR no-type.local`]);
  device.tell(TYPE_PTR, {}, { address: '10.0.0.3' });
  await device.run(1_000);
  expect(types).toEqual(['_http._tcp', '_ipp._tcp']);
});
