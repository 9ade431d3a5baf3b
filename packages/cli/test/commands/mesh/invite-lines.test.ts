import { expect, test } from 'vitest';
import {
  describeFailure,
  describeInvitationEvent,
  describeJoined,
  describeWhile,
  tellInvitationEvents,
} from '../../../src/commands/mesh/invite-lines.ts';

const from = '10.99.0.3';

test('a while is told in its largest unit', () => {
  expect([600_000, 60_000, 90_000].map(describeWhile)).toEqual(['10 minutes', '1 minute', '90 seconds']);
});

test('who joined is told by name, place and what it may do; where it has not answered, what to do', () => {
  const may = { kind: 'some', announce: [], proxy: ['redis'] } as const;
  expect(describeJoined('laptop', '0011', may, { kind: 'joined', from, isKept: true })).toBe(
    'laptop (10.99.0.3) is in mesh 0011 now and may reach redis',
  );
  expect(describeJoined('laptop', '0011', may, { kind: 'joined', from, isKept: false })).toMatch(
    /it has not said that it keeps its key: if it has none, invite it again$/,
  );
});

test('why nobody joined is told with the addresses that guessed', () => {
  expect(describeFailure({ kind: 'guessed', from: [from, '10.99.0.4'] }, 600_000)).toMatch(
    /^three wrong codes came, from 10\.99\.0\.3 and 10\.99\.0\.4: the invitation is over, and nobody was let in; .* find out who those are$/,
  );
  expect(describeFailure({ kind: 'expired' }, 90_000)).toMatch(/^nobody joined within 90 seconds: /);
});

test('what a machine says of why it left is escaped', () => {
  expect(describeInvitationEvent({ kind: 'turned-away', from, reason: '\u001b[2J' })).toBe(
    '10.99.0.3 knows the code and was not let in: \\u{1b}[2J',
  );
  const reason = `${'the key file is not to be read; '.repeat(5)}make it 0600`;
  expect(describeInvitationEvent({ kind: 'broken-off', from, reason })).toContain('make it 0600; it may try again');
  expect(describeInvitationEvent({ kind: 'wrong-code', from, left: 0 })).toBe('10.99.0.3 gave a wrong code');
});

test('who comes without end fills no screen, and hides no wrong code', () => {
  const tell = tellInvitationEvents();
  const came = Array.from({ length: 100 }, () => tell({ kind: 'came', from }));
  expect(came.filter((line) => line !== undefined)).toHaveLength(30);
  expect(tell({ kind: 'wrong-code', from, left: 2 })).toBe(
    '10.99.0.3 gave a wrong code; after 2 more the invitation is over',
  );
});
