import { expect, test } from 'vitest';
import { describeRefusal, describeUnreached } from '../../../src/commands/mesh/join-lines.ts';

test('who was named as the inviter, and is not reached, is asked after; of a peer it is said when it answers', () => {
  const place = { host: '10.0.0.5', port: 5351 };
  expect(describeUnreached('ECONNREFUSED', place, 'at')).toBe(
    'nobody is reached at 10.0.0.5:5351 (ECONNREFUSED); is ambassador mesh invite still running there, and does its firewall let TCP in?',
  );
  expect(describeUnreached('ECONNREFUSED', place, 'peer')).toBe(
    'nobody is reached at 10.0.0.5:5351 (ECONNREFUSED); who announces in the mesh answers there while it hears of an invitation; name the machine that invites with --at HOST',
  );
  expect(describeUnreached('DIAL_TIMEOUT', { ...place, port: 40_000 }, 'at')).toMatch(
    /the port is that of one invitation/,
  );
});

test('a peer that knows of no such invitation has none of another number', () => {
  const refusal = { code: 'other-number', message: 'the invitation there has another number' } as const;
  expect(describeRefusal(refusal, 'at')).toBe(refusal.message);
  expect(describeRefusal(refusal, 'peer')).toMatch(
    /^that machine knows of no invitation with this number; .* --at HOST$/,
  );
  expect(describeRefusal({ code: 'over', message: 'it is over' }, 'peer')).toBe('it is over');
});
