import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { connectClient, readBytes, StepFailure } from './client.ts';
import type { JumpingClock } from './jumping-clock.ts';
import type { StepName, StepResult } from './report.ts';
import type { Rig } from './rig.ts';
import { ASK } from './test-service.ts';

/** Against hanging: on a quiet machine the longest takes three seconds. */
const STEP_MS = 15_000;
const HOUR_MS = 3_600_000;
const ECHOED_BYTES = 1_048_576;
const SHORT_BYTES = 1_000;
/** How soon a service is asked again whether it saw a reset. */
const LOOK_MS = 20;

interface SelfTestStage {
  readonly rig: Rig;
  readonly clock: JumpingClock;
  /** Of the proxy; 0 before it listens. */
  port: number;
}

const STEPS: readonly (readonly [StepName, (stage: SelfTestStage) => Promise<void>])[] = [
  ['announce', announce],
  ['browse', browse],
  ['proxy', proxy],
  ['half-close', halfClose],
  ['reset', reset],
  ['sleep', sleep],
  ['drain', drain],
  ['goodbye', goodbye],
];

/** Without these nothing that follows can be tried. */
const NEEDED: readonly StepName[] = ['announce', 'browse', 'proxy'];

/** Runs every step in turn. Never rejects; `stop` ends it before the next step. */
export async function runSteps(rig: Rig, clock: JumpingClock, stop: AbortSignal): Promise<readonly StepResult[]> {
  const stage: SelfTestStage = { rig, clock, port: 0 };
  const results: StepResult[] = [];
  for (const [step, run] of STEPS) {
    const isBlocked = stop.aborted || results.some((one) => one.status === 'failed' && NEEDED.includes(one.step));
    results.push(
      isBlocked ? { step, status: 'skipped', tookMs: 0, reason: '' } : await runStep(step, () => run(stage)),
    );
  }
  return results;
}

async function runStep(step: StepName, run: () => Promise<void>): Promise<StepResult> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StepFailure('it did not end in time')), STEP_MS + 1_000);
  });
  const finish = (status: 'ok' | 'failed', reason: string): StepResult => ({
    step,
    status,
    tookMs: Math.round(performance.now() - startedAt),
    reason,
  });
  try {
    await Promise.race([run(), late]);
    return finish('ok', '');
  } catch (error) {
    return finish('failed', explain(error));
  } finally {
    clearTimeout(timer);
  }
}

/** The system's messages hold addresses: its code alone is shown. */
function explain(error: unknown): string {
  if (error instanceof StepFailure) return error.message;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(code) ? code : 'an error without a code';
}

async function announce({ rig }: SelfTestStage): Promise<void> {
  await rig.announce();
  await rig.waitFor('announcer', 'announced', STEP_MS);
}

async function browse({ rig }: SelfTestStage): Promise<void> {
  await rig.browse();
  await rig.waitFor('browse', 'added', STEP_MS);
}

async function proxy(stage: SelfTestStage): Promise<void> {
  stage.port = await stage.rig.startProxy();
  await stage.rig.waitFor('proxy', 'endpoint-added', STEP_MS);
  await echo(stage.port, ECHOED_BYTES);
}

/** What was sent comes back whole. */
async function echo(port: number, length: number): Promise<void> {
  const socket = await connectClient(port, STEP_MS);
  try {
    const sent = Buffer.alloc(length, 'echo ');
    socket.write(sent);
    if (!(await readBytes(socket, length)).equals(sent)) throw new StepFailure('other bytes came back than were sent');
  } finally {
    socket.destroy();
  }
}

/** The client's end reaches the service, whose answer behind it reaches the client. */
async function halfClose({ port }: SelfTestStage): Promise<void> {
  const socket = await connectClient(port, STEP_MS);
  try {
    socket.end(ASK.countToEnd.repeat(SHORT_BYTES));
    const answer = (await buffer(socket)).toString('latin1');
    if (answer !== `${SHORT_BYTES}`) throw new StepFailure('the answer behind the end was another');
  } finally {
    socket.destroy();
  }
}

/** A reset of either side is one at the other. */
async function reset({ rig, port }: SelfTestStage): Promise<void> {
  const asked = await connectClient(port, STEP_MS);
  asked.write(ASK.reset);
  const code = await once(asked, 'close').then(
    () => 'an end',
    (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
  );
  if (code !== 'ECONNRESET') throw new StepFailure(`the service's reset came as ${code}`);
  const before = rig.resetsSeen;
  const own = await connectClient(port, STEP_MS);
  own.write(ASK.echo);
  await readBytes(own, 1);
  own.resetAndDestroy();
  const deadline = performance.now() + STEP_MS;
  while (rig.resetsSeen === before) {
    if (performance.now() > deadline) throw new StepFailure("the client's reset did not reach the service");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** After the time of day has jumped by an hour, sockets are opened anew, and who comes finds what was there. */
async function sleep({ rig, clock, port }: SelfTestStage): Promise<void> {
  const [opened, found] = [rig.count('socket', 'opened'), rig.count('browse', 'added')];
  clock.jump(HOUR_MS);
  // One of the announcer, one of the browser.
  await rig.waitFor('socket', 'opened', STEP_MS, opened + 1);
  await rig.browse();
  await rig.waitFor('browse', 'added', STEP_MS, found);
  await echo(port, SHORT_BYTES);
}

/** What is open goes on while the announcer leaves. */
async function drain({ rig, port }: SelfTestStage): Promise<void> {
  const socket = await connectClient(port, STEP_MS);
  try {
    socket.write(ASK.echo);
    await readBytes(socket, 1);
    const left = rig.drain();
    await rig.waitFor('announcer', 'draining', STEP_MS);
    socket.write('after');
    if ((await readBytes(socket, 5)).toString('latin1') !== 'after') throw new StepFailure('other bytes came back');
    await left;
  } finally {
    socket.destroy();
  }
}

/** Who browses has heard that it left. */
async function goodbye({ rig }: SelfTestStage): Promise<void> {
  await rig.waitFor('browse', 'removed', STEP_MS);
}
