import assert from 'node:assert/strict';
import type { SuiteCase } from './suite-case.ts';

/** Longer than any check needs to give up once it was told to. */
const ABORT_GRACE_MS = 1000;

/** The contract of an announcer's check, as this suite sees it. */
export interface CheckUnderTest {
  run(signal: AbortSignal): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
}

/** `unwell`: answers, but not as a healthy service does. `silent`: never answers. */
export type ServiceCondition = 'well' | 'unwell' | 'silent';

export interface CheckSubject {
  /** A check of a new service in this condition; undefined when the check does not look at such a thing. */
  createCheck(condition: ServiceCondition): CheckUnderTest | undefined;
  /** Connections and processes that checks have begun and not ended. */
  countOpen(): number;
}

/** What every check must do; each case is one test. */
export function listCheckCases(subject: CheckSubject): readonly SuiteCase[] {
  const cases: readonly [name: string, condition: ServiceCondition, run: (check: CheckUnderTest) => Promise<void>][] = [
    ['passes while the service is well, again and again', 'well', expectPasses],
    ['fails with a sentence while the service is unwell', 'unwell', expectFailsWithSentence],
    ['fails as soon as its time is up when the service is silent', 'silent', expectFailsOnAbort],
    ['fails at once when its time is up before it began', 'silent', expectFailsWhenAborted],
  ];
  return cases.map(([name, condition, run]) => ({
    name,
    async run() {
      const check = subject.createCheck(condition);
      if (check !== undefined) await run(check);
      await expectNothingOpen(subject);
    },
  }));
}

async function expectPasses(check: CheckUnderTest): Promise<void> {
  for (let time = 1; time <= 3; time++) {
    assert.deepEqual(await check.run(new AbortController().signal), { ok: true });
  }
}

async function expectFailsWithSentence(check: CheckUnderTest): Promise<void> {
  expectSentence(await check.run(new AbortController().signal));
}

async function expectFailsOnAbort(check: CheckUnderTest): Promise<void> {
  const abort = new AbortController();
  const outcome = check.run(abort.signal);
  assert.equal(await Promise.race([outcome.then(() => 'resolved'), turn().then(() => 'waiting')]), 'waiting');
  abort.abort();
  expectSentence(await soon(outcome));
}

async function expectFailsWhenAborted(check: CheckUnderTest): Promise<void> {
  expectSentence(await soon(check.run(AbortSignal.abort())));
}

function expectSentence(outcome: Awaited<ReturnType<CheckUnderTest['run']>>): void {
  assert.equal(outcome.ok, false);
  assert.match(outcome.reason, /^\S+ .*\S$/);
  assert.doesNotMatch(outcome.reason, /\n|undefined|\[object/);
}

async function expectNothingOpen(subject: CheckSubject): Promise<void> {
  for (let turns = 0; turns < 20 && subject.countOpen() > 0; turns++) await turn();
  assert.equal(subject.countOpen(), 0);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function soon<T>(result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the check went on after its signal was aborted')), ABORT_GRACE_MS);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
