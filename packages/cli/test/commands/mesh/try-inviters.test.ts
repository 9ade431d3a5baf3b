import { expect, test } from 'vitest';
import type { Inviter } from '../../../src/commands/mesh/find-inviter.ts';
import { type JoinOutcome, type TryOptions, tryInviters } from '../../../src/commands/mesh/try-inviters.ts';

const INVITERS = Array.from(
  { length: 10 },
  (_, index): Inviter => ({ name: `${index}`, places: [], origin: 'remembered' }),
);
const JOINED = { kind: 'joined', host: '10.99.0.1' } as JoinOutcome;

function failure(reason: string, hasProved: boolean): JoinOutcome {
  return { kind: 'failed', reason, exitCode: 77, hasProved };
}

async function attempt(outcomeOf: (index: number) => JoinOutcome, signal = AbortSignal.any([])) {
  const tried: string[] = [];
  const told: string[] = [];
  let failed = 0;
  const options: TryOptions = {
    signal,
    tryOne: async ({ name }) => {
      tried.push(name);
      return outcomeOf(Number(name));
    },
    onFailed: () => {
      failed += 1;
    },
    onNext: ({ reason }, { name }) => told.push(`${reason}, then ${name}`),
  };
  return { outcome: await tryInviters(INVITERS, options), tried, told, failed };
}

test('the code is proved to three, whoever they are and however they hang up: each has one guess', async () => {
  const wrong = await attempt(() => failure('wrong', true));
  expect([wrong.tried, wrong.failed]).toEqual([['0', '1', '2'], 3]);
  expect(wrong.outcome).toEqual(failure('wrong', true));
  const silent = await attempt((index) => ({ kind: 'no-inviter', hasProved: index % 2 === 0 }));
  expect([silent.outcome, silent.tried]).toEqual([undefined, ['0', '1', '2', '3', '4']]);
});

test('who does not know of the invitation costs none of them, and is told of where he was named or linked', async () => {
  const { outcome, tried, told, failed } = await attempt((index) =>
    index === 9 ? JOINED : index === 3 ? failure('not reached', false) : { kind: 'no-inviter', hasProved: false },
  );
  expect(outcome).toBe(JOINED);
  expect([tried.length, failed]).toEqual([10, 1]);
  expect(told).toEqual(['4', '5', '6', '7', '8', '9'].map((name) => `not reached, then ${name}`));
});

test('nobody else is tried once it was stopped', async () => {
  const { tried } = await attempt(() => failure('stopped', false), AbortSignal.abort());
  expect(tried).toEqual(['0']);
});
