import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyRing } from '../../src/key-ring.ts';
import { createAuthorityKey, deriveRootSeed } from '../../src/keys/derive.ts';
import { MeshKey } from '../../src/keys/mesh-key.ts';
import { MAX_NOTICE_LENGTH, parseNotice, type SignedNotice, signNotice } from '../../src/membership/notice.ts';
import { MAX_NAMES, MAX_STANDINGS, NoticeList } from '../../src/membership/notice-list.ts';
import { Notices } from '../../src/membership/notices.ts';
import { writeNotices } from '../../src/membership/write-notices.ts';

const KEY = new MeshKey(Buffer.alloc(32, 7));
const RING: KeyRing & { kind: 'keys' } = { kind: 'keys', current: KEY };
const LAPTOP = 'a'.repeat(40);
const DESK = 'b'.repeat(40);

function write(
  list: NoticeList,
  kind: SignedNotice['kind'],
  machine: string,
  name = 'laptop',
  ring = RING,
): SignedNotice {
  const [notice] = writeNotices(ring, list, { kind, machine, name, at: 1_764_000_000_000 });
  if (notice === undefined) throw new Error('a ring has a key');
  return notice;
}

/** As keepers that know of nothing would write them: all conflicts that there can be. */
const notices = fc
  .record({
    kind: fc.constantFrom('removed', 'restored', 'named'),
    machine: fc.constantFrom(LAPTOP, DESK, 'c'.repeat(40)),
    name: fc.constantFrom('laptop', 'desk'),
    generation: fc.integer({ min: 1, max: 4 }),
    at: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ kind, machine, name, generation, at }): SignedNotice => {
    const notice = { meshId: '0'.repeat(16), machine, kind: kind as SignedNotice['kind'], name, generation, at };
    return { ...notice, text: JSON.stringify(notice) };
  });
const lists = fc.array(notices, { maxLength: 12 });

function show(list: NoticeList): readonly string[] {
  return list
    .list()
    .map(({ text }) => text)
    .toSorted();
}

describe('lists of notices', () => {
  it('merge to the same in any order, in any grouping and any number of times', () => {
    fc.assert(
      fc.property(lists, lists, lists, (a, b, c) => {
        const [first, second, third] = [NoticeList.of(a), NoticeList.of(b), NoticeList.of(c)];
        expect(show(first.merge(second.list()))).toEqual(show(second.merge(first.list())));
        expect(show(first.merge(second.list()).merge(third.list()))).toEqual(
          show(first.merge(second.merge(third.list()).list())),
        );
        expect(first.merge(first.list())).toBe(first);
        expect(show(NoticeList.of(a.toReversed()))).toEqual(show(first));
      }),
    );
  });

  it('do so beyond their bounds, too, and forget the lowest generations', () => {
    const many = Array.from({ length: MAX_STANDINGS + 40 }, (_, index): SignedNotice => {
      const machine = index.toString(16).padStart(40, '0');
      const text = `${index}`;
      return { meshId: '0'.repeat(16), machine, kind: 'removed', name: 'x', generation: index + 1, at: 0, text };
    });
    const whole = NoticeList.of(many);
    expect(whole.size).toBe(384);
    expect(whole.isRemoved(many[0]?.machine ?? '')).toBe(false);
    expect(whole.isRemoved(many.at(-1)?.machine ?? '')).toBe(true);
    const halves = NoticeList.of(many.slice(200)).merge(NoticeList.of(many.slice(0, 300)).list());
    expect(halves.digest).toBe(whole.digest);
    expect(whole.hasRoom).toBe(false);
    const named = NoticeList.of(many.map((notice) => ({ ...notice, kind: 'named' as const })));
    expect(named.size).toBe(MAX_NAMES);
    expect(whole.merge(named.list()).listRemoved()).toHaveLength(MAX_STANDINGS);
  });

  it('have a bound of their own for each mesh: none of one is forgotten for those of the other', () => {
    const removeMany = (meshId: string, from: number): readonly SignedNotice[] =>
      Array.from({ length: MAX_STANDINGS }, (_, index): SignedNotice => {
        const machine = index.toString(16).padStart(40, '0');
        const generation = from + index;
        return { meshId, machine, kind: 'removed', name: 'x', generation, at: 0, text: `${meshId} ${index}` };
      });
    const previous = removeMany('1'.repeat(16), 1_000);
    const whole = NoticeList.of([...previous, ...removeMany('2'.repeat(16), 1)]);
    expect(whole.size).toBe(2 * MAX_STANDINGS);
    const [first] = previous;
    if (first === undefined) throw new Error('there is one');
    expect(NoticeList.of(previous).hasRoom).toBe(false);
    const more = whole.merge([{ ...first, machine: 'f'.repeat(40), generation: 5_000, text: 'another' }]);
    expect(more.size).toBe(2 * MAX_STANDINGS);
    expect(more.list().filter(({ meshId }) => meshId === '2'.repeat(16))).toHaveLength(MAX_STANDINGS);
  });

  it('have a removal win over what a keeper said who did not know of it', () => {
    const removed = write(NoticeList.EMPTY, 'removed', LAPTOP);
    const restored = write(NoticeList.EMPTY, 'restored', LAPTOP);
    const named = write(NoticeList.of([write(NoticeList.EMPTY, 'named', LAPTOP)]), 'named', LAPTOP);
    expect(NoticeList.of([removed, restored]).isRemoved(LAPTOP)).toBe(true);
    expect(NoticeList.of([removed, named]).isRemoved(LAPTOP)).toBe(true);
  });

  it('have an undo win that knew of the removal, and a removal after it', () => {
    const removed = NoticeList.of([write(NoticeList.EMPTY, 'removed', LAPTOP)]);
    const restored = removed.merge([write(removed, 'restored', LAPTOP)]);
    expect(restored.isRemoved(LAPTOP)).toBe(false);
    expect(restored.merge(removed.list()).isRemoved(LAPTOP)).toBe(false);
    expect(restored.merge([write(restored, 'removed', LAPTOP)]).isRemoved(LAPTOP)).toBe(true);
    expect(restored.generation).toBe(2);
  });

  it('give the name that was said last', () => {
    const first = NoticeList.of([write(NoticeList.EMPTY, 'named', LAPTOP, 'tim')]);
    const second = first.merge([write(first, 'named', LAPTOP, 'tom')]);
    expect(second.nameOf(LAPTOP)).toBe('tom');
    expect(second.merge(first.list()).nameOf(LAPTOP)).toBe('tom');
    expect(second.nameOf(DESK)).toBeUndefined();
  });
});

describe('a notice', () => {
  it('is read as it was written, and from no other text', () => {
    const notice = write(NoticeList.EMPTY, 'removed', LAPTOP, 'tims-laptop');
    expect(parseNotice(notice.text)).toEqual(notice);
    for (const text of [
      ` ${notice.text}`,
      `${notice.text}\n`,
      notice.text.replace(' removed ', ' Removed '),
      notice.text.replace(' 1 ', ' 01 '),
      notice.text.replace('tims-laptop', "tim's"),
      notice.text.replace('tims-laptop', 'Tims'),
      notice.text.replace('tims-laptop', 'x'.repeat(33)),
      notice.text.replace(' 1 ', ' 9999999999999999 '),
      notice.text.replace(LAPTOP, LAPTOP.slice(1)),
      'x'.repeat(MAX_NOTICE_LENGTH + 1),
      '',
    ]) {
      expect(parseNotice(text), text).toBeUndefined();
    }
  });

  it('is at most as long as it says', () => {
    const far = { generation: Number.MAX_SAFE_INTEGER - 1, at: Number.MAX_SAFE_INTEGER } as const;
    const list = NoticeList.of([{ ...write(NoticeList.EMPTY, 'removed', DESK), ...far }]);
    const [notice] = writeNotices(RING, list, { kind: 'restored', machine: LAPTOP, name: 'x'.repeat(32), at: far.at });
    expect(notice?.text.length).toBeLessThan(MAX_NOTICE_LENGTH);
    expect(parseNotice(notice?.text ?? '')).toEqual(notice);
  });
});

describe('what a process knows of notices', () => {
  it('is what keepers have signed, whoever tells it', () => {
    const notices = new Notices(RING);
    const stranger = write(NoticeList.EMPTY, 'removed', LAPTOP, 'laptop', {
      kind: 'keys',
      current: new MeshKey(randomBytes(32)),
    });
    const ours = write(NoticeList.EMPTY, 'removed', DESK);
    const [meshId] = ours.text.split(' ');
    const forged = stranger.text.replace(/^\S+/, meshId ?? '');
    const changed = ours.text.replace(DESK, LAPTOP);
    expect(notices.take([stranger.text, forged, changed, 'nonsense', ours.text])).toEqual({
      news: [ours.text],
      forged: 3,
    });
    expect(notices.isRemoved(LAPTOP)).toBe(false);
    expect(notices.isRemoved(DESK)).toBe(true);
    expect(notices.counters).toEqual({ taken: 1, forged: 3, stale: 0 });
  });

  it('lets in nothing that is not signed, whatever is told', () => {
    const ours = write(NoticeList.EMPTY, 'removed', DESK);
    fc.assert(
      fc.property(fc.nat(ours.text.length - 1), fc.constantFrom('0', 'f', 'A', '-', ' '), (at, letter) => {
        const text = ours.text.slice(0, at) + letter + ours.text.slice(at + 1);
        const notices = new Notices(RING);
        notices.take([text]);
        expect(notices.texts).toEqual(text === ours.text ? [ours.text] : []);
      }),
    );
  });

  it('is not set back by what is replayed', () => {
    const notices = new Notices(RING);
    const removed = write(NoticeList.EMPTY, 'removed', LAPTOP);
    notices.take([removed.text]);
    const restored = write(notices.list, 'restored', LAPTOP);
    notices.take([restored.text]);
    let changes = 0;
    notices.onChange(() => {
      changes += 1;
    });
    expect(notices.take([removed.text, restored.text])).toEqual({ news: [], forged: 0 });
    expect(notices.isRemoved(LAPTOP)).toBe(false);
    expect([changes, notices.counters.stale]).toEqual([0, 2]);
  });

  it('stops reading where one tells forgeries', () => {
    const notices = new Notices(RING);
    const ours = write(NoticeList.EMPTY, 'removed', DESK);
    const lies = Array.from({ length: 100 }, (_, index) => ours.text.replace(' 1 ', ` ${index + 2} `));
    expect(notices.take([...lies, ours.text])).toEqual({ news: [], forged: 32 });
  });

  it('counts in the new mesh, whatever who has the previous key has said', () => {
    const next = new MeshKey(randomBytes(32));
    const both = { kind: 'keys', current: next, previous: KEY } as const;
    const notices = new Notices(both);
    const [old] = writeNotices(RING, NoticeList.EMPTY, { kind: 'restored', machine: DESK, name: 'desk', at: 0 });
    if (old === undefined) throw new Error('a ring has a key');
    const generation = Number.MAX_SAFE_INTEGER;
    notices.take([signNotice({ ...old, generation }, createAuthorityKey(deriveRootSeed(KEY))).text]);
    const said = writeNotices(both, notices.list, { kind: 'removed', machine: DESK, name: 'desk', at: 1 });
    expect(notices.take(said.map(({ text }) => text)).news).toHaveLength(1);
    expect(notices.isRemoved(DESK)).toBe(true);
  });

  it('stays while keys rotate, and goes with the key that signed it', () => {
    const notices = new Notices(RING);
    const next = new MeshKey(randomBytes(32));
    notices.take([write(NoticeList.EMPTY, 'removed', LAPTOP).text]);
    const both = { kind: 'keys', current: next, previous: KEY } as const;
    notices.change(both);
    expect(notices.isRemoved(LAPTOP)).toBe(true);
    const desk = writeNotices(both, notices.list, { kind: 'removed', machine: DESK, name: 'desk', at: 0 });
    expect(notices.take(desk.map(({ text }) => text)).news).toHaveLength(2);
    notices.change({ kind: 'keys', current: next });
    expect([notices.isRemoved(LAPTOP), notices.isRemoved(DESK)]).toEqual([false, true]);
  });
});
