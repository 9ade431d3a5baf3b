import { expect, test } from 'vitest';
import { tellChanges } from '../../src/lan/changes.ts';
import type { LanView } from '../../src/lan/lan-view.ts';
import { mergeLan, type SeenProcess } from '../../src/lan/merge-lan.ts';
import type { AnnouncedView, UsedEndpoint } from '../../src/lan/shown-process.ts';
import { announced, endpoint, proxied, shown } from '../lan-fixture.ts';

function see(
  machines: Readonly<Record<string, readonly AnnouncedView[]>>,
  endpoints: readonly UsedEndpoint[],
): LanView {
  const others = Object.entries(machines).map(
    ([name, list]): SeenProcess => ({ via: 'peer', view: shown(name.length + 10, name, { announced: list }) }),
  );
  const user = shown(1, 'desk', { proxied: [proxied('redis', endpoints)] });
  return mergeLan({ processes: [{ via: 'self', view: user }, ...others], instances: [] }, 5);
}

const tell = (before: LanView, after: LanView): readonly string[] => tellChanges(before, after).map(({ text }) => text);
const NAS = [announced('redis', 'nas')];
const LAPTOP = [announced('redis', 'laptop')];
const BOTH = { nas: NAS, laptop: LAPTOP };
const before = see(BOTH, [endpoint('redis on nas', { active: 12 }), endpoint('redis on laptop', { active: 1 })]);

test('an instance goes away, and where its connections are now', () => {
  const after = see({ nas: [], laptop: LAPTOP }, [endpoint('redis on laptop', { active: 13 })]);
  expect(tellChanges(before, after)).toEqual([
    { at: 5, tone: 'bad', text: 'redis on nas went away; 12 connections moved to redis on laptop' },
  ]);
});

test('what was not open elsewhere has not moved', () => {
  const after = see({ nas: [], laptop: LAPTOP }, [endpoint('redis on laptop', { active: 1 })]);
  expect(tell(before, after)).toEqual(['redis on nas went away; connections go to redis on laptop now']);
});

test('the last one goes away', () => {
  const one = see({ nas: NAS }, [endpoint('redis on nas', { active: 2 })]);
  expect(tell(one, see({ nas: [] }, []))).toEqual(['redis on nas went away; nobody else offers redis']);
});

test('an endpoint is not reached, and is again', () => {
  const broken = see(BOTH, [
    endpoint('redis on nas', { state: 'ejected' }),
    endpoint('redis on laptop', { active: 5 }),
  ]);
  expect(tell(before, broken)).toEqual(["desk can't reach redis on nas; 4 connections moved to redis on laptop"]);
  expect(tell(broken, before)).toEqual(['desk reaches redis on nas again']);
});

test('a machine comes with what it offers, and its services are withdrawn and come back', () => {
  const alone = see({ laptop: LAPTOP }, []);
  const more = see({ laptop: LAPTOP, nas: NAS }, []);
  const ill = see({ laptop: LAPTOP, nas: [announced('redis', 'nas', { state: 'withdrawn' })] }, []);
  expect(tell(alone, more)).toEqual(['nas is here and offers redis']);
  expect(tell(more, ill)).toEqual(['redis on nas does not answer its check and is withdrawn']);
  expect(tell(ill, more)).toEqual(['redis on nas answers again']);
  expect(tell(more, more)).toEqual([]);
});

test('a name that turns the direction of reading does not', () => {
  const evil = see({ nas: [announced('redis', 'nas', { instance: 'a\u202eb\u001b[31m' })], laptop: [] }, []);
  expect(tell(see({ nas: [], laptop: [] }, []), evil)).toEqual(['a\\u{202e}b\\u{1b}[31m on nas is offered now']);
});

test('a crowd is counted', () => {
  const crowd = Array.from({ length: 40 }, (_, number) => announced(`s${number}`, 'nas'));
  const told = tell(see({ nas: [] }, []), see({ nas: crowd }, []));
  expect(told).toHaveLength(13);
  expect(told.at(-1)).toBe('and 28 more changes');
});

test('who was heard of by mDNS and shows itself now, or the other way round, has neither come nor gone', () => {
  const shownView = see({ nas: NAS, laptop: LAPTOP }, []);
  const heard = {
    ...shownView,
    machines: shownView.machines.map((machine) =>
      machine.name === 'nas' ? { ...machine, id: 'host:nas-k3x9.local', known: 'heard' as const } : machine,
    ),
  };
  expect([...tell(shownView, heard), ...tell(heard, shownView)]).toEqual([]);
});
