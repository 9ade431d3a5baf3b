import { Socket } from 'node:net';
import type { Leg, Prologue } from '@mdns-ambassador/relay';
import { ManualClock, Uncaught } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import { ClientConnection } from '../../src/engines/client-connection.ts';
import type { ConnectionContext } from '../../src/engines/connection-context.ts';
import { RetryBudget } from '../../src/engines/retry-budget.ts';
import { endpoint } from '../pool/fixtures.ts';

const BROKEN = new Error('broken');

function fail(): never {
  throw BROKEN;
}

/** What a connection is given, with what throws in one place of it. */
function createContext(upstream: Leg, broken: string): ConnectionContext {
  const or = <Value>(place: string, value: Value): Value => (place === broken ? fail() : value);
  const prologue: Prologue = { name: 'passes', run: async (_client, leg) => leg };
  return {
    clock: new ManualClock(),
    picker: {
      pick: () => or('pick', { kind: 'endpoint', endpoint: endpoint('a') }),
      waitForEndpoint: () => new Promise(() => undefined),
      opened: () => or('opened', () => undefined),
      dialSucceeded: () => or('dialSucceeded', undefined),
      dialFailed: () => or('dialFailed', undefined),
    },
    loops: { admit: (_endpoint, _watched, go) => void go() },
    dial: (_target, _timeoutMs, onSettled) => {
      queueMicrotask(() => onSettled({ kind: 'connected', socket: upstream }));
      return () => undefined;
    },
    prologues: [prologue],
    findCarrier: () => undefined,
    connectTimeoutMs: 1_000,
    budget: new RetryBudget(0),
    onReached: () => or('onReached', undefined),
    onLost: () => undefined,
    onRefused: () => undefined,
    onEnded: () => or('onEnded', undefined),
    ...(broken === 'opening' ? { opening: { hear: fail } } : {}),
    ...(broken === 'reached' ? { opening: { hear: async () => ({ reached: fail }) } } : {}),
  };
}

test.each(['pick', 'opening', 'dialSucceeded', 'onReached', 'opened', 'reached', 'onEnded'])(
  'an error of ours in %s ends this client and what was dialled for it, and is seen',
  async (broken) => {
    using uncaught = new Uncaught();
    const [service, upstream] = MemoryLeg.pair();
    for (const leg of [service, upstream]) leg.on('error', () => undefined);
    const client = new Socket();
    const connection = new ClientConnection(client, createContext(upstream, broken));
    if (broken === 'onEnded') setImmediate(() => connection.reset());
    await connection.finished;
    await new Promise(setImmediate);
    expect(client.destroyed).toBe(true);
    expect(uncaught.errors[0]).toBe(BROKEN);
    if (!['pick', 'opening'].includes(broken)) expect(upstream.destroyed).toBe(true);
  },
);
