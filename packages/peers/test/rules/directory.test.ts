import { describe, expect, test } from 'vitest';
import { Directory, MAX_KNOWN_PLACES } from '../../src/rules/directory.ts';

const [SELF, LOW, HIGH] = ['8'.repeat(16), '1'.repeat(16), 'f'.repeat(16)];
const nobody = (): boolean => false;

function create(isDialledByOthers = true): Directory {
  return new Directory({ self: SELF, isDialledByOthers: () => isDialledByOthers, random: () => 1 });
}

const at = (host: string): { host: string; port: number } => ({ host, port: 5350 });
const keys = (places: readonly { readonly key: string }[]): readonly string[] => places.map(({ key }) => key);

describe('what is dialled', () => {
  test('who is named at once; who is remembered or met only while multicast brings nothing, or when asked for', () => {
    const directory = create();
    directory.add(at('10.0.0.1'), 'named', 0);
    directory.add(at('10.0.0.2'), 'remembered', 0);
    expect([directory.meet(at('10.0.0.3'), 0), directory.meet(at('10.0.0.3'), 0)]).toEqual([true, false]);
    expect(directory.listHeard()).toEqual([at('10.0.0.3')]);
    expect(keys(directory.takeDue(0, nobody, false))).toEqual(['10.0.0.1:5350']);
    directory.ask(at('10.0.0.3'), 1);
    expect(directory.listHeard()).toEqual([]);
    expect(keys(directory.takeDue(1, nobody, false))).toEqual(['10.0.0.3:5350']);
    expect(keys(directory.takeDue(1, nobody, true))).toEqual(['10.0.0.2:5350']);
  });

  test('of two that hear of one another, the one with the lower number first; the other later, and at once where nobody can dial it', () => {
    const directory = create();
    directory.add(at('10.0.0.1'), 'told', 0, HIGH);
    directory.add(at('10.0.0.2'), 'told', 0, LOW);
    expect(keys(directory.takeDue(0, nobody, false))).toEqual(['10.0.0.1:5350']);
    expect(keys(directory.takeDue(1_500, nobody, false))).toEqual(['10.0.0.2:5350']);
    const hidden = create(false);
    hidden.add(at('10.0.0.2'), 'told', 0, LOW);
    expect(hidden.takeDue(0, nobody, false)).toHaveLength(1);
  });

  test('nobody with whom there is a link, nor we ourselves', () => {
    const directory = create();
    directory.add(at('10.0.0.1'), 'told', 0, HIGH);
    directory.add(at('10.0.0.2'), 'told', 0, SELF);
    expect(directory.takeDue(0, (node) => node === HIGH, false)).toEqual([]);
    directory.add(at('10.0.0.3'), 'named', 0);
    const [own] = directory.takeDue(0, (node) => node === HIGH, false);
    directory.linked(own?.key ?? '', SELF);
    expect(directory.takeDue(1_000_000, (node) => node === HIGH, true)).toEqual([]);
  });

  test('again after a wait that grows: to less than 2 s for an address that was named, to 10 s for a name; who was only told of is forgotten', () => {
    const directory = create();
    for (const host of ['10.0.0.1', 'fd00::1', 'desk.example']) directory.add(at(host), 'named', 0);
    directory.add(at('10.0.0.2'), 'told', 0, HIGH);
    let now = 0;
    for (let time = 0; time < 100; time++) {
      for (const { key } of directory.takeDue(now, nobody, false)) directory.failed(key, now);
      now = Math.max(now + 1, Math.min(now + 1_000_000, directory.nextDeadline(nobody, false)));
    }
    expect(keys(directory.list())).toEqual(['10.0.0.1:5350', '[fd00::1]:5350', 'desk.example:5350']);
    for (const { key } of directory.list()) directory.failed(key, 0);
    expect(directory.nextDeadline(nobody, false)).toBe(1_875);
    expect(keys(directory.takeDue(1_875, nobody, false))).toEqual(['10.0.0.1:5350', '[fd00::1]:5350']);
    expect(directory.nextDeadline(nobody, false)).toBe(10_000);
  });

  test('an address that was named, where the machine is there and nobody listens yet, within a second', () => {
    const directory = create();
    for (const host of ['10.0.0.1', 'desk.example']) directory.add(at(host), 'named', 0);
    for (let time = 0; time < 100; time++) for (const { key } of directory.list()) directory.failed(key, 0, true);
    expect(directory.nextDeadline(nobody, false)).toBe(875);
    expect(keys(directory.takeDue(9_000, nobody, false))).toEqual(['10.0.0.1:5350']);
  });

  test('who was only told of and never reached five times, and then no more', () => {
    const directory = create();
    directory.add(at('10.0.0.2'), 'told', 0, HIGH);
    let dials = 0;
    for (let now = 0; now < 10_000_000; now += 10_000) {
      for (const { key } of directory.takeDue(now, nobody, false)) {
        dials += 1;
        directory.failed(key, now);
      }
    }
    expect([dials, directory.list()]).toEqual([5, []]);
  });

  test('no more than 24 at once', () => {
    const directory = create();
    for (let index = 0; index < 40; index++) directory.add(at(`10.0.1.${index}`), 'named', 0);
    expect(directory.takeDue(0, nobody, false)).toHaveLength(24);
    expect(directory.takeDue(1, nobody, false)).toEqual([]);
  });
});

describe('a peer that tells of places without end', () => {
  test('has some dialled at once, and two a second: nobody is scanned by us faster than by himself', () => {
    const directory = create();
    let dials = 0;
    for (let now = 0; now < 60_000; now += 100) {
      for (let index = 0; index < 20; index++) directory.add(at(`10.1.${now / 100}.${index}`), 'told', now, HIGH);
      for (const { key } of directory.takeDue(now, nobody, false)) {
        dials += 1;
        directory.failed(key, now);
      }
    }
    expect(dials).toBeLessThanOrEqual(64 + 120);
    expect(directory.list().length).toBeLessThanOrEqual(MAX_KNOWN_PLACES);
  });

  test('drives out nobody who was named, remembered or linked', () => {
    const directory = create();
    directory.add(at('10.0.0.1'), 'named', 0);
    directory.add(at('10.0.0.2'), 'remembered', 0);
    for (let index = 0; index < 2 * MAX_KNOWN_PLACES; index++) directory.add(at(`10.2.0.${index}`), 'told', 0, HIGH);
    expect(keys(directory.list()).slice(0, 2)).toEqual(['10.0.0.1:5350', '10.0.0.2:5350']);
    expect(directory.list()).toHaveLength(MAX_KNOWN_PLACES);
  });
});
