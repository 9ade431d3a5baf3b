import { describe, expect, test } from 'vitest';
import { answersOf, Device, type Heard, HOST, PRINTER, questionsOf } from '../device.ts';

/** How the device comes onto the link: it starts, or its cable is pulled and plugged. */
type Way = '' | 'HOT-PLUGGING: ';

const OTHER_SRV = `${PRINTER} 120 IN! SRV 0 0 9 other.local`;
const LATER_SRV = `${PRINTER} 120 IN SRV 65535 0 9 other.local`;
const EARLIER_SRV = `${PRINTER} 120 IN SRV 0 0 1 other.local`;
const TXT = `${PRINTER} 4500 IN TXT a=b`;

/** A device that has sent its first probe. */
async function probing(way: Way, names: readonly string[] = ['printer']) {
  const device = await Device.start();
  const published = names.map((name) => device.publish(name));
  if (way === 'HOT-PLUGGING: ') {
    await device.run(10_000);
    device.host.disconnect('eth0');
    await device.run(5_000);
    device.take();
    device.host.connect('eth0', 'lan', ['10.0.0.1/24']);
  }
  while (probesIn(device.take()).length === 0) await device.run(1);
  return { device, published };
}

function probesIn(heard: readonly Heard[]): readonly Heard[] {
  return heard.filter(({ authorities }) => authorities.length > 0);
}

/** Names of services that are probed for. */
function wantedIn(heard: readonly Heard[]): readonly string[] {
  const names = questionsOf(probesIn(heard)).map((question) => question.replace('ANY ', ''));
  return names.filter((name) => name.includes('._http.'));
}

function announcementsOf(heard: readonly Heard[], record: string): readonly Heard[] {
  return heard.filter(({ kind, answers }) => kind === 'response' && answers.includes(record));
}

test('INITIAL PROBING', async () => {
  const device = await Device.start();
  device.publish('printer');
  const heard = await device.queriesIn(10_000);
  const times = heard.map(({ at }) => at);
  expect(times[0]).toBeLessThanOrEqual(251);
  expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 250, 500]);
  for (const { questions } of heard) expect(questions).toEqual([`ANY ${HOST}`, `ANY ${PRINTER}`]);
});

describe.each<Way>(['', 'HOT-PLUGGING: '])('%s', (way) => {
  test(`${way}PROBING: SIMULTANEOUS PROBE CONFLICT`, async () => {
    const { device, published } = await probing(way);
    const lost = device.clock.now();
    device.ask(`ANY ${PRINTER}`, { authorities: [LATER_SRV, TXT] });
    const again = await device.queriesIn(1_100);
    const retried = again.filter(({ questions }) => questions.includes(`ANY ${PRINTER}`));
    expect(retried[0]?.at).toBe(lost + 1_000);
    device.tell(OTHER_SRV);
    await device.run(5_000);
    expect(published[0]?.publication.name).toBe('printer (2)');
    expect(published[0]?.publication.state.kind).toBe('announced');
  });

  test(`${way}PROBING: RATE LIMITING`, async () => {
    const names = Array.from({ length: 8 }, (_, index) => `printer ${index}`);
    const { device } = await probing(way, names);
    const firstProbes: number[] = [];
    let pending = new Set(names.map((name) => `${name}._http._tcp.local`));
    let conflicts = 0;
    device.tell([...pending].map((name) => `${name} 120 IN! SRV 0 0 9 other.local`));
    conflicts += pending.size;
    for (let at = 0; at < 30_000; at += 10) {
      await device.run(10);
      const heard = device.take();
      const wanted = new Set(wantedIn(heard).filter((name) => !pending.has(name)));
      if (wanted.size === 0) continue;
      if (conflicts >= 15) firstProbes.push(probesIn(heard)[0]?.at ?? 0);
      device.tell([...wanted].map((name) => `${name} 120 IN! SRV 0 0 9 other.local`));
      conflicts += wanted.size;
      pending = new Set([...pending, ...wanted]);
    }
    expect(conflicts).toBeGreaterThan(15);
    expect(firstProbes.length).toBeGreaterThan(0);
    for (const [index, at] of firstProbes.slice(1).entries()) {
      expect(at - (firstProbes[index] ?? 0)).toBeGreaterThanOrEqual(5_000);
    }
  });

  test(`${way}PROBING: PROBE DENIALS`, async () => {
    const { device, published } = await probing(way);
    device.tell(OTHER_SRV);
    await device.run(100);
    device.tell('printer (2)._http._tcp.local 120 IN! SRV 0 0 9 other.local');
    await device.run(400);
    device.tell('printer (2)._http._tcp.local 120 IN! SRV 0 0 9 other.local');
    await device.run(5_000);
    expect(published[0]?.publication.name).toBe('printer (3)');
    expect(answersOf(device.take()).filter((answer) => /^printer( \(2\))?\._http/.test(answer))).toEqual([]);
  });

  test(`${way}WINNING SIMULTANEOUS PROBES`, async () => {
    const { device, published } = await probing(way);
    const start = device.clock.now();
    for (let probe = 0; probe < 3; probe++) {
      device.ask(`ANY ${PRINTER}`, { authorities: [EARLIER_SRV, TXT] });
      await device.run(200);
    }
    await device.run(400);
    expect(published[0]?.publication.name).toBe('printer');
    const [announcement] = announcementsOf(device.take(), `${PRINTER} 120 IN! SRV 0 0 8080 ${HOST}`);
    expect(announcement?.at).toBeLessThanOrEqual(start + 750);
  });

  test(`${way}WINNING SIMULTANEOUS PROBES - ANNOUNCEMENTS`, async () => {
    const { device } = await probing(way);
    device.ask(`ANY ${PRINTER}`, { authorities: [EARLIER_SRV, TXT] });
    await device.run(10_000);
    const times = announcementsOf(device.take(), `${PRINTER} 120 IN! SRV 0 0 8080 ${HOST}`).map(({ at }) => at);
    expect(times.length).toBeGreaterThanOrEqual(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(1_000);
  });

  test.each([
    ['A', `${HOST} 120 IN! A 10.0.0.99`, HOST],
    ['SRV', OTHER_SRV, PRINTER],
  ])(`${way}SUBSEQUENT CONFLICT - %s`, async (_, record, name) => {
    const { device } = await probing(way);
    await device.run(10_000);
    device.take();
    device.tell(record);
    const probes = await device.queriesIn(1_000);
    expect(questionsOf(probes).filter((question) => question === `ANY ${name}`)).toHaveLength(3);
  });

  test(`${way}SUBSEQUENT CONFLICT - ANNOUNCEMENTS`, async () => {
    const { device } = await probing(way);
    await device.run(10_000);
    device.tell(OTHER_SRV);
    await device.run(300);
    device.take();
    device.tell(OTHER_SRV);
    await device.run(10_000);
    const renamed = `printer (2)._http._tcp.local 120 IN! SRV 0 0 8080 ${HOST}`;
    expect(announcementsOf(device.take(), renamed).length).toBeGreaterThanOrEqual(2);
  });
});

test('SRV PROBING/ANNOUNCEMENTS BASIC', async () => {
  const { device } = await probing('');
  await device.run(10_000);
  const heard = device.take();
  for (const { authorities } of probesIn(heard)) {
    expect(authorities).toContain(`${PRINTER} 120 IN SRV 0 0 8080 ${HOST}`);
  }
  expect(announcementsOf(heard, `${PRINTER} 120 IN! SRV 0 0 8080 ${HOST}`).length).toBeGreaterThanOrEqual(2);
});

test('SRV PROBING/ANNOUNCEMENTS', async () => {
  const { device, published } = await probing('');
  device.tell(OTHER_SRV);
  await device.run(10_000);
  const heard = device.take();
  const name = 'printer (2)._http._tcp.local';
  expect(probesIn(heard).filter(({ questions }) => questions.includes(`ANY ${name}`))).toHaveLength(3);
  expect(announcementsOf(heard, `${name} 120 IN! SRV 0 0 8080 ${HOST}`).length).toBeGreaterThanOrEqual(2);
  expect(published[0]?.publication.name).toBe('printer (2)');
});

describe('MANUAL NAME CHANGE', () => {
  async function renaming(): Promise<readonly Heard[]> {
    const device = await Device.start();
    const { publication } = device.publish('printer');
    await device.run(10_000);
    device.take();
    device.publish('copier');
    void publication.close();
    await device.run(10_000);
    return device.take();
  }

  test('MANUAL NAME CHANGE', async () => {
    const heard = await renaming();
    expect(questionsOf(probesIn(heard))).toEqual(Array(3).fill('ANY copier._http._tcp.local'));
    expect(answersOf(heard)).toContain(`_http._tcp.local 0 IN PTR ${PRINTER}`);
  });

  test('MANUAL NAME CHANGE - ANNOUNCEMENTS', async () => {
    const record = `copier._http._tcp.local 120 IN! SRV 0 0 8080 ${HOST}`;
    expect(announcementsOf(await renaming(), record).length).toBeGreaterThanOrEqual(2);
  });
});

test('SOMEBODY WHO HAS EVERY NAME, FOR AN HOUR', async () => {
  const device = await Device.start();
  const { publication } = device.publish('printer');
  const names = new Set<string>();
  let sent = 0;
  let wantedLast = '';
  for (let conflicts = 0; conflicts < 360; conflicts++) {
    await device.run(10_000);
    const heard = device.take();
    sent += heard.length;
    for (const name of [...wantedIn(heard), ...(wantedLast === '' ? [] : [wantedLast])]) {
      names.add(name);
      wantedLast = name;
      // Whatever it is called now, that is somebody else's.
      device.tell(`${name} 120 IN! SRV 0 0 9 other.local`);
    }
  }
  // Its own name, and three others; the last it keeps.
  expect(names.size).toBeLessThanOrEqual(4);
  expect(publication.state.kind).toBe('announced');
  // Each time it defends itself, probes and announces again, and no more: a packet, three and two.
  expect(sent).toBeGreaterThan(360);
  expect(sent).toBeLessThanOrEqual(6 * 360);
});
