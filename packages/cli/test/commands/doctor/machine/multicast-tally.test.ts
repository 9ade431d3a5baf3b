import { type Clock, checkLink } from '@mdns-ambassador/mdns';
import { ManualClock, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { MulticastTally } from '../../../../src/commands/doctor/machine/multicast-tally.ts';

/** A second later. */
async function end(tally: MulticastTally, clock: ManualClock): Promise<void> {
  await clock.advance(1_000);
  const ended = tally.end();
  await clock.advance(200);
  await ended;
}

test('What the kernel took and did not give us is counted, from shortly after the beginning to the end', async () => {
  const clock = new ManualClock();
  let taken: number | undefined = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.count();
  tally.begin();
  // Own questions, which a link that was just opened does not hear.
  taken = 104;
  await clock.advance(130);
  taken = 109;
  tally.count();
  tally.count();
  await clock.advance(1_000);
  expect(tally.withheld).toBeUndefined();
  const ends = Promise.all([tally.end(), tally.end()]);
  await clock.advance(30);
  await ends;
  taken = 200;
  expect(tally.withheld).toBe(3);
});

test('What came before it was looked for is no debt', async () => {
  const clock = new ManualClock();
  const tally = new MulticastTally(clock, () => 7);
  tally.begin();
  tally.count();
  await end(tally, clock);
  expect(tally.withheld).toBe(0);
});

test('What a busy process has yet to read when it begins to count hides nothing that is withheld later', async () => {
  const clock = new ManualClock();
  let taken = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.begin();
  taken = 103;
  await clock.advance(100);
  for (let packet = 0; packet < 3; packet++) tally.count();
  await clock.advance(100);
  taken = 105;
  await end(tally, clock);
  expect(tally.withheld).toBe(2);
});

test('What comes in the midst of the first look is no debt', async () => {
  const clock = new ManualClock();
  let taken = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.begin();
  await clock.advance(110);
  taken = 104;
  for (let packet = 0; packet < 4; packet++) tally.count();
  await end(tally, clock);
  expect(tally.withheld).toBe(0);
});

test('Where the kernel does not say, nothing is known', async () => {
  const clock = new ManualClock();
  const tally = new MulticastTally(clock, () => undefined);
  tally.begin();
  await end(tally, clock);
  expect(tally.withheld).toBeUndefined();
});

test('A process that stands still beyond the end of a check knows at its end what was withheld', async () => {
  const clock = new ManualClock();
  const random = seededRandom(1);
  const host = new MemoryNetwork({ clock, random }).addHost('h1');
  host.connect('eth0', 'lan', ['10.0.0.1/24']);
  const [on] = host.interfaces();
  if (on === undefined) throw new Error('there is no interface');
  const slow = standStill(clock, 600, 1_500);
  let [dropped, heard] = [0, 0];
  const tally = new MulticastTally(slow, () => dropped + heard);
  const checking = checkLink({
    network: host,
    on,
    family: 'IPv4',
    clock: slow,
    random,
    durationMs: 1_000,
    begin: async () => tally.begin(),
    end: () => tally.end(),
    onPacket: () => {
      heard += 1;
      tally.count();
    },
  }).then(() => tally.withheld);
  clock.after(500, () => {
    dropped += 5;
  });
  await clock.advance(2_000);
  expect(await checking).toBe(5);
});

/** What is due between two times is run at the later one. */
function standStill(clock: Clock, from: number, until: number): Clock {
  return {
    now: () => clock.now(),
    wallClock: () => clock.wallClock(),
    after(delayMs, run) {
      const at = clock.now() + delayMs;
      return clock.after(at > from && at < until ? until - clock.now() : delayMs, run);
    },
  };
}
