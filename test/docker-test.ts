import { findMissingPackages, Lab, type Peer } from '@mdns-ambassador/testkit';
import { afterAll, beforeAll, test } from 'vitest';
import { DockerDaemon } from './docker-daemon.ts';

const NEEDS: readonly Peer[] = ['dockerd', 'iptables', 'redis-server', 'redis-cli'];
/** Limits against hanging: a daemon on a busy machine is slow. */
const START_TIMEOUT_MS = 600_000;
const TEST_TIMEOUT_MS = 300_000;

export interface DockerTestOptions {
  /** Other people's software that the tests run. */
  readonly needs?: readonly Peer[];
  /** Imports and builds what the containers of the tests are made of. */
  readonly prepare: (daemon: DockerDaemon) => Promise<void>;
}

/** A test with a Docker daemon on h1 of a LAN of three. */
export type DockerTest = (daemon: DockerDaemon, lan: Lab) => Promise<void>;

interface World {
  readonly lan: Lab;
  readonly daemon: DockerDaemon;
}

/**
 * The tests of one file, by name: they share one daemon, and each finds it without containers and the hosts without processes. Where
 * there can be no daemon they are skipped; with CI=true what is missing is a failure.
 */
export async function dockerTests(
  options: DockerTestOptions,
  tests: Readonly<Record<string, DockerTest>>,
): Promise<void> {
  const isRequired = process.env.CI === 'true';
  const missing = await findMissingPackages([...NEEDS, ...(options.needs ?? [])]);
  const reason = await findReasonAgainst();
  const excuse = reason ?? (missing.length > 0 && !isRequired ? `install ${missing.join(' ')}` : undefined);
  if (excuse !== undefined) {
    for (const name of Object.keys(tests)) test.skip(`${name} (skipped: ${excuse})`);
    return;
  }
  let world: World | undefined;
  let failure: unknown;
  beforeAll(async () => {
    if (missing.length > 0) throw new Error(`install ${missing.join(' ')}`);
    try {
      world = await createWorld(options);
    } catch (error) {
      if (isRequired) throw error;
      failure = error;
    }
  }, START_TIMEOUT_MS);
  for (const [name, body] of Object.entries(tests)) {
    test(name, { timeout: TEST_TIMEOUT_MS }, async ({ signal, skip }) => {
      if (world === undefined) return skip(`no Docker daemon can be started: ${failure}`);
      await runBody(world, signal, body);
    });
  }
  afterAll(async () => {
    if (world !== undefined) await closeWorld(world);
  }, START_TIMEOUT_MS);
}

async function findReasonAgainst(): Promise<string | undefined> {
  return process.getuid?.() === 0 ? await Lab.unavailable() : 'a Docker daemon needs root';
}

async function createWorld({ prepare }: DockerTestOptions): Promise<World> {
  const lan = await Lab.create({ hosts: 3 });
  let daemon: DockerDaemon | undefined;
  try {
    daemon = await DockerDaemon.start(lan.host(1));
    await prepare(daemon);
    return { lan, daemon };
  } catch (error) {
    await daemon?.close();
    await lan.close();
    throw error;
  }
}

async function runBody(world: World, signal: AbortSignal, body: DockerTest): Promise<void> {
  const { daemon, lan } = world;
  // Out of time: with its processes gone, whatever the body waits for ends.
  signal.addEventListener('abort', () => void stopProcesses(world));
  try {
    await body(daemon, lan);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\n${lan.transcript()}`;
    throw error;
  } finally {
    await stopProcesses(world);
    await daemon.clear();
  }
}

/** All but the daemon's. */
async function stopProcesses({ daemon, lan }: World): Promise<void> {
  const spawned = lan.hosts.flatMap((host) => host.spawned).filter((process) => process !== daemon.process);
  await Promise.all(spawned.map((process) => process.stop('SIGKILL')));
}

async function closeWorld({ daemon, lan }: World): Promise<void> {
  await daemon.close();
  await lan.close();
  const left = await lan.processes();
  if (left.length > 0) throw new Error(`processes are left in the lab: ${left.join(', ')}`);
}
