import { describe, expect, it } from 'vitest';
import { composeProbe, Probe } from '../../../src/rules/answering/probe.ts';
import type { Name } from '../../../src/wire/name.ts';
import { type ResourceRecord, TYPE_ANY } from '../../../src/wire/record.ts';

const NAME: Name = ['MyPrinter', 'local'];
const address = (text: string): ResourceRecord => ({
  name: NAME,
  ttl: 120,
  flush: false,
  data: { type: 'A', address: text },
});
const OURS = address('169.254.150.1');
const LATER = address('169.254.200.50');
const EARLIER = address('169.254.99.200');

/** Advances until nothing is due before `until`; what was done, and when. */
function run(probe: Probe, until: number): readonly string[] {
  const steps: string[] = [];
  while (probe.deadline() <= until) {
    const now = probe.deadline();
    steps.push(`${now} ${probe.advance(now)}`);
  }
  return steps;
}

describe('Probe', () => {
  it('sends three probes 250 ms apart and has the name after 250 ms more (RFC 6762 8.1)', () => {
    const probe = new Probe(NAME, [OURS], 100);
    expect(run(probe, 10_000)).toEqual(['100 send', '350 send', '600 send', '850 claimed']);
    expect(probe.deadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps the 250 ms when it is driven late (RFC 6762 8.1)', () => {
    const probe = new Probe(NAME, [OURS], 0);
    expect(probe.advance(90)).toBe('send');
    expect(probe.deadline()).toBe(340);
  });

  it('does nothing before its time', () => {
    const probe = new Probe(NAME, [OURS], 100);
    expect(probe.advance(99)).toBe('none');
  });

  it('is lost by an answer between the first probe and the end (RFC 6762 8.1)', () => {
    const probe = new Probe(NAME, [OURS], 100);
    run(probe, 849);
    expect(probe.lose()).toBe(true);
    expect(probe.state).toEqual({ kind: 'lost' });
    expect(run(probe, 10_000)).toEqual([]);
  });

  it('ignores answers that come before the first probe (RFC 6762 8.1)', () => {
    const probe = new Probe(NAME, [OURS], 100);
    expect(probe.lose()).toBe(false);
    expect(probe.state.kind).toBe('waiting');
  });

  it('waits a second and probes again when it loses a tiebreak (RFC 6762 8.2)', () => {
    const probe = new Probe(NAME, [OURS], 0);
    run(probe, 300);
    probe.compete([LATER], 300);
    expect(run(probe, 10_000)).toEqual(['1300 send', '1550 send', '1800 send', '2050 claimed']);
  });

  it('is lost by an answer after a lost tiebreak, without probing again (RFC 6762 8.1, 8.2)', () => {
    const probe = new Probe(NAME, [OURS], 0);
    run(probe, 300);
    probe.compete([LATER], 300);
    expect(probe.lose()).toBe(true);
    expect(run(probe, 10_000)).toEqual([]);
  });

  it('goes on when it wins a tiebreak (RFC 6762 8.2)', () => {
    const probe = new Probe(NAME, [OURS], 0);
    run(probe, 300);
    probe.compete([EARLIER], 300);
    expect(run(probe, 10_000)).toEqual(['500 send', '750 claimed']);
  });

  it('sees no rival in its own probe that comes back (RFC 6762 8.2)', () => {
    const probe = new Probe(NAME, [OURS], 0);
    run(probe, 300);
    probe.compete([OURS], 300);
    expect(run(probe, 10_000)).toEqual(['500 send', '750 claimed']);
  });

  it('does not compete before its first probe nor once it has the name (RFC 6762 8.2)', () => {
    const waiting = new Probe(NAME, [OURS], 100);
    waiting.compete([LATER], 50);
    expect(waiting.deadline()).toBe(100);
    const claimed = new Probe(NAME, [OURS], 0);
    run(claimed, 1_000);
    claimed.compete([LATER], 1_000);
    expect(claimed.state.kind).toBe('claimed');
  });

  it('hears neither denials nor rivals when it insists', () => {
    const probe = new Probe(NAME, [OURS], 0, true);
    run(probe, 300);
    expect(probe.lose()).toBe(false);
    probe.compete([LATER], 300);
    expect(run(probe, 10_000)).toEqual(['500 send', '750 claimed']);
  });

  it('claims a name anew, but not one that is lost (RFC 6762 9)', () => {
    const claimed = new Probe(NAME, [OURS], 0);
    run(claimed, 1_000);
    claimed.restart(2_000);
    expect(run(claimed, 10_000).at(-1)).toBe('2750 claimed');
    const lost = new Probe(NAME, [OURS], 0);
    run(lost, 300);
    lost.lose();
    lost.restart(2_000);
    expect(lost.state.kind).toBe('lost');
  });
});

describe('composeProbe', () => {
  it('asks for ANY with the proposed records as authorities, for an answer by multicast (RFC 6762 8.1, 8.2)', () => {
    const message = composeProbe([new Probe(NAME, [OURS], 0)]);
    expect(message).toEqual({
      id: 0,
      kind: 'query',
      truncated: false,
      questions: [{ name: NAME, type: TYPE_ANY, unicast: false }],
      answers: [],
      authorities: [OURS],
      additionals: [],
    });
  });
});
