import { describe, expect, it } from 'vitest';
import { Denials } from '../../../src/rules/asking/denials.ts';
import { type Name, nameKey } from '../../../src/wire/name.ts';
import { type ResourceRecord, TYPE_CODES } from '../../../src/wire/record.ts';

const HOST: Name = ['h1', 'local'];
const { A, AAAA } = TYPE_CODES;

function denial(types: readonly number[], ttl = 120, name: Name = HOST): ResourceRecord {
  return { name, ttl, flush: true, data: { type: 'NSEC', next: name, types } };
}

describe('Denials', () => {
  it('knows what a host said that it does not have, for as long as that counts', () => {
    const denials = new Denials();
    denials.note(denial([A], 60), 0);
    expect(denials.has(['H1', 'local'], AAAA, 59_999)).toBe(true);
    expect(denials.has(HOST, A, 0)).toBe(false);
    expect(denials.has(['h2', 'local'], AAAA, 0)).toBe(false);
    expect(denials.has(HOST, AAAA, 60_000)).toBe(false);
  });

  it('believes no denial for longer than 120 seconds', () => {
    const denials = new Denials();
    denials.note(denial([A], 75 * 60), 0);
    expect(denials.has(HOST, AAAA, 119_999)).toBe(true);
    expect(denials.has(HOST, AAAA, 120_000)).toBe(false);
  });

  it('takes the latest word: another denial, its withdrawal, or the record itself', () => {
    const denials = new Denials();
    denials.note(denial([]), 0);
    denials.note(denial([AAAA]), 1);
    expect([denials.has(HOST, A, 1), denials.has(HOST, AAAA, 1)]).toEqual([true, false]);
    denials.note({ name: HOST, ttl: 0, flush: true, data: { type: 'A', address: '10.0.0.1' } }, 2);
    expect(denials.has(HOST, A, 2)).toBe(true);
    denials.note({ name: HOST, ttl: 120, flush: true, data: { type: 'A', address: '10.0.0.1' } }, 2);
    expect(denials.has(HOST, A, 2)).toBe(false);
    denials.note(denial([]), 3);
    denials.note(denial([], 0), 4);
    expect([denials.has(HOST, A, 4), denials.size]).toEqual([false, 0]);
  });

  it('reads a next domain name of any kind (RFC 6762 6.1)', () => {
    const denials = new Denials();
    denials.note({ ...denial([A]), data: { type: 'NSEC', next: ['other', 'local'], types: [A] } }, 0);
    expect(denials.has(HOST, AAAA, 0)).toBe(true);
  });

  it('forgets a name that nobody wants, and everything when asked', () => {
    const denials = new Denials();
    denials.note(denial([A]), 0);
    denials.note(denial([A], 120, ['h2', 'local']), 0);
    denials.forget(nameKey(HOST));
    expect([denials.has(HOST, AAAA, 0), denials.has(['h2', 'local'], AAAA, 0)]).toEqual([false, true]);
    denials.clear();
    expect(denials.size).toBe(0);
  });

  it('keeps 1024 names at most, the latest', () => {
    const denials = new Denials();
    for (let host = 0; host < 2_000; host++) denials.note(denial([A], 120, [`h${host}`, 'local']), 0);
    expect(denials.size).toBe(1_024);
    expect(denials.has(['h975', 'local'], AAAA, 0)).toBe(false);
    expect(denials.has(['h976', 'local'], AAAA, 0)).toBe(true);
  });
});
