import { duplexPair } from 'node:stream';
import type { DialService } from '@mdns-ambassador/checks';
import { RelayError } from '@mdns-ambassador/relay';
import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { DialBudget } from '../../src/pool/dial-budget.ts';
import { Pool } from '../../src/pool/pool.ts';
import { createEndpointCheck } from '../../src/service/endpoint-check.ts';
import { EndpointChecks } from '../../src/service/endpoint-checks.ts';
import { OwnLinks } from '../../src/service/own-links.ts';
import { endpoint } from '../pool/fixtures.ts';

/** The checks of a pool, over a network on which only port 7000 answers. */
function createWorld() {
  const clock = new ManualClock();
  const random = seededRandom(1);
  const dialled: number[] = [];
  const budget = new DialBudget();
  const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random, isChecked: true, budget });
  const dial: DialService = async (target) => {
    if (target.kind === 'tcp') dialled.push(target.port);
    if (target.kind !== 'tcp' || target.port !== 7_000) throw new RelayError('ECONNREFUSED', 'refused');
    return duplexPair()[0];
  };
  const runShell = (): never => {
    throw new Error('no check runs a command');
  };
  const checks = new EndpointChecks({
    create: (one, admitDial) => createEndpointCheck({ kind: 'tcp' }, one, { dial, runShell }, clock, admitDial),
    admitDial: (id) => {
      const admission = pool.admitDial(id, clock.now());
      return admission === 'refused' ? undefined : () => pool.dialAnswered(id, admission, clock.now());
    },
    intervalMs: 1_000,
    links: new OwnLinks({ clock, read: () => [] }),
    clock,
    random,
    onOutcome: (id, outcome) => pool.checked(id, outcome, clock.now()),
  });
  const add = (id: string, port: number): void => {
    const one = endpoint(id, { port, announcer: '10.0.0.66' });
    pool.apply('mdns', { kind: 'add', endpoints: [one] }, clock.now());
    checks.set(one);
  };
  const isAdmitted = (id: string): boolean => pool.snapshot().find((one) => one.id === id)?.state === 'ready';
  return { clock, dialled, checks, add, isAdmitted };
}

test('checks dial what one host announces a hundred times in a minute at most, and what answers as often as ever', async () => {
  const { clock, dialled, checks, add, isAdmitted } = createWorld();
  add('good', 7_000);
  await clock.advance(100);
  for (let port = 10_000; port < 10_160; port++) add(`fake ${port}`, port);
  await clock.advance(60_000);
  expect(dialled.filter((port) => port !== 7_000).length).toBeLessThanOrEqual(100);
  expect(dialled.filter((port) => port === 7_000).length).toBeGreaterThan(50);
  expect(isAdmitted('good')).toBe(true);
  checks.close();
});

test('checks of many endpoints of a host that is new are not held up', async () => {
  const { clock, checks, add, isAdmitted } = createWorld();
  const ids = Array.from({ length: 30 }, (_, index) => `service ${index}`);
  for (const id of ids) add(id, 7_000);
  await clock.advance(100);
  expect(ids.filter((id) => !isAdmitted(id))).toEqual([]);
  checks.close();
});
