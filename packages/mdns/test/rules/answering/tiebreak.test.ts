import { describe, expect, it } from 'vitest';
import { compareProposals } from '../../../src/rules/answering/tiebreak.ts';
import type { Name } from '../../../src/wire/name.ts';
import type { RecordData, ResourceRecord } from '../../../src/wire/record.ts';

const NAME: Name = ['MyPrinter', 'local'];

function propose(...data: readonly RecordData[]): readonly ResourceRecord[] {
  return data.map((each) => ({ name: NAME, ttl: 120, flush: false, data: each }));
}

const a = (address: string): RecordData => ({ type: 'A', address });
const other = (code: number, ...bytes: readonly number[]): RecordData => ({
  type: 'OTHER',
  code,
  bytes: Uint8Array.from(bytes),
});

describe('compareProposals', () => {
  it('lets 169.254.200.50 win over 169.254.99.200, byte by byte (RFC 6762 8.2)', () => {
    expect(compareProposals(propose(a('169.254.200.50')), propose(a('169.254.99.200')))).toBeGreaterThan(0);
    expect(compareProposals(propose(a('169.254.99.200')), propose(a('169.254.200.50')))).toBeLessThan(0);
  });

  it('compares bytes as unsigned (RFC 6762 8.2)', () => {
    expect(compareProposals(propose(other(300, 0x80)), propose(other(300, 0x7f)))).toBeGreaterThan(0);
  });

  it('compares the type before the data (RFC 6762 8.2)', () => {
    expect(compareProposals(propose(other(300, 0x00)), propose(other(299, 0xff)))).toBeGreaterThan(0);
  });

  it('lets the longer of two data win when one begins with the other (RFC 6762 8.2)', () => {
    expect(compareProposals(propose(other(300, 1, 2)), propose(other(300, 1)))).toBeGreaterThan(0);
  });

  it('sorts both sets before it compares them pair by pair (RFC 6762 8.2.1)', () => {
    const low = a('10.0.0.1');
    const high = a('10.0.0.9');
    const middle = a('10.0.0.5');
    expect(compareProposals(propose(high, low), propose(low, middle))).toBeGreaterThan(0);
    expect(compareProposals(propose(middle, low), propose(high, low))).toBeLessThan(0);
  });

  it('lets the set win that goes on where the other ends (RFC 6762 8.2.1)', () => {
    expect(compareProposals(propose(a('10.0.0.1'), a('10.0.0.2')), propose(a('10.0.0.1')))).toBeGreaterThan(0);
    expect(compareProposals(propose(a('10.0.0.1')), propose(a('10.0.0.1'), a('10.0.0.2')))).toBeLessThan(0);
  });

  it('sees no rival in the same records in another order (RFC 6762 8.2.1)', () => {
    expect(compareProposals(propose(a('10.0.0.1'), a('10.0.0.2')), propose(a('10.0.0.2'), a('10.0.0.1')))).toBe(0);
  });

  it('compares names within data uncompressed (RFC 6762 8.2)', () => {
    const srv = (target: Name): RecordData => ({ type: 'SRV', priority: 0, weight: 0, port: 80, target });
    // 0x02 `zz` against 0x03 `aaa`: the length byte decides.
    expect(compareProposals(propose(srv(['aaa', 'local'])), propose(srv(['zz', 'local'])))).toBeGreaterThan(0);
  });
});
