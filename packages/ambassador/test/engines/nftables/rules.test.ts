import { expect, test } from 'vitest';
import { type Rules, writeGuard, writePlace, writeRules, writeTable } from '../../../src/engines/nftables/rules.ts';

const RULES: Rules = {
  listening: [{ address: '127.0.0.1', port: 6379 }],
  places: [
    { number: 1, address: '10.0.0.1', port: 7001 },
    { number: 2, address: '10.0.0.2', port: 7002 },
  ],
  choices: [
    { number: 1, share: 1 },
    { number: 2, share: 3 },
  ],
  isInTurn: false,
  lost: [],
};

function rulesOf(chain: string, rules: Partial<Rules> = {}): readonly string[] {
  const start = `add rule ip t ${chain} `;
  return writeRules('t', { ...RULES, ...rules })
    .split('; ')
    .filter((command) => command.startsWith(start))
    .map((command) => command.slice(start.length));
}

test('new connections are divided by the shares, and each place has its own chain', () => {
  expect(rulesOf('choose')).toEqual([
    'tcp sport @tried counter name "again" accept',
    'add @tried { tcp sport }',
    'meta mark set numgen random mod 10000 map { 0-2499 : 1, 2500-9999 : 2 }',
    'meta mark @refused meta mark set 0 accept',
    'meta mark vmap { 1 : goto to-1, 2 : goto to-2 }',
    'meta mark set 0',
  ]);
  expect(rulesOf('to-2')).toEqual(['meta mark set 0 counter name "new-2" meta l4proto tcp dnat to 10.0.0.2:7002']);
});

test('a part without a place is for engine node, whose mark is 0', () => {
  const choices = [{ number: 1, share: 1 }, { share: 1 }];
  expect(rulesOf('choose', { choices })[2]).toBe(
    'meta mark set numgen random mod 10000 map { 0-4999 : 1, 5000-9999 : 0 }',
  );
});

test('in turn, each has its part of the turns, spread over the round', () => {
  const inTurn = (...shares: readonly number[]): string | undefined =>
    rulesOf('choose', { choices: shares.map((share, index) => ({ number: index + 1, share })), isInTurn: true })[2];
  expect(inTurn(2, 2)).toBe('meta mark set numgen inc mod 2 map { 0 : 1, 1 : 2 }');
  expect(inTurn(10, 30)).toBe('meta mark set numgen inc mod 4 map { 0 : 2, 1 : 1, 2 : 2, 3 : 2 }');
});

test('nobody is sent on where nobody is chosen, and who is carried is counted still', () => {
  expect(rulesOf('choose', { choices: [] })).toEqual([]);
  expect(rulesOf('choose', { choices: [{ share: 1 }] })).toEqual([]);
  expect(rulesOf('sent', { choices: [] }).join('\n')).toContain('"up-2"');
});

test('a lost place is answered with a reset', () => {
  expect(rulesOf('sent').join('\n')).not.toContain('reject');
  const [lost] = rulesOf('sent', { lost: [{ address: '10.0.0.9', port: 1 }] }).filter((rule) =>
    rule.includes('reject'),
  );
  expect(lost).toContain('ct direction original');
  expect(lost).toContain('{ 10.0.0.9 . 1 } reject with tcp reset');
});

test('only what answers a SYN is kept from the client, and the place is led past', () => {
  const answered = rulesOf('answered');
  const assured = answered.indexOf('ct status & assured == assured accept');
  const dropped = answered.filter((rule) => rule.includes('goto unanswered')).map((rule) => answered.indexOf(rule));
  expect(dropped).toHaveLength(2);
  for (const index of dropped) expect(index).toBeGreaterThan(assured);
  expect(answered[dropped[0] ?? 0]).toContain('tcp sequence 0');
  expect(rulesOf('unanswered').at(-1)).toBe('drop');
  const [reused, ...others] = answered.slice(0, assured).filter((rule) => rule.endsWith('drop'));
  expect(others).toEqual([]);
  expect(reused).toBe(
    'ct status & assured == assured tcp flags & (rst | ack) == (rst | ack) tcp sequence 0 ' +
      'ct original proto-src != @reused add @reused { ct original proto-src } drop',
  );
});

test('rules without a place have no empty sets, which nft refuses', () => {
  const text = writeRules('t', { ...RULES, places: [], choices: [] });
  expect(text).not.toMatch(/\{ *\}/);
});

test('several listening places are one set', () => {
  const listening = [
    { address: '127.0.0.1', port: 1 },
    { address: '127.0.0.2', port: 2 },
  ];
  expect(rulesOf('out', { listening })[0]).toMatch(
    /^ip saddr 127\.0\.0\.1 ip daddr \. tcp dport \{ 127\.0\.0\.1 \. 1, 127\.0\.0\.2 \. 2 \} /,
  );
});

test('each text is one line, which is one transaction; the rules replace those before', () => {
  for (const text of [writeGuard('t'), writeTable('t'), writePlace('t', 1), writeRules('t', RULES)]) {
    expect(text).not.toContain('\n');
  }
  const commands = writeRules('t', RULES).split('; ');
  const lastFlush = commands.findLastIndex((command) => command.startsWith('flush'));
  expect(lastFlush).toBeLessThan(commands.findIndex((command) => command.startsWith('add')));
});

test('both tables drop what others send to or from 127.0.0.0/8, before anything else sees it; one goes with its owner', () => {
  const tables = [writeGuard('t'), writeTable('t')];
  for (const table of tables) {
    expect(table).toContain('guard { type filter hook prerouting priority -300');
    expect(table).toContain('guard iifname != "lo" ip daddr 127.0.0.0/8 drop');
    expect(table).toContain('guard iifname != "lo" ip saddr 127.0.0.0/8 drop');
  }
  expect(tables.map((table) => table.includes('add table ip t { flags owner; }'))).toEqual([false, true]);
});
