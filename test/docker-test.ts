import type { Lab, Peer } from '@mdns-ambassador/testkit';
import { test } from 'vitest';
import { DockerDaemon } from './docker-daemon.ts';
import { labTest } from './lab-test.ts';

const NEEDS: readonly Peer[] = ['dockerd', 'iptables', 'redis-server', 'redis-cli', 'haproxy'];
/** Within the time that one test may take. */
const TIMEOUT_MS = 110_000;

/** A test with a Docker daemon on h1 of a LAN of three, and the images that are made without a registry. */
export async function dockerTest(
  name: string,
  needs: readonly Peer[],
  body: (daemon: DockerDaemon, lan: Lab) => Promise<void>,
): Promise<void> {
  if (process.getuid?.() !== 0) {
    test.skip(`${name} (skipped: a Docker daemon needs root)`);
    return;
  }
  await labTest(name, { hosts: 3, needs: [...NEEDS, ...needs], timeout: TIMEOUT_MS }, async (lan) => {
    const daemon = await DockerDaemon.start(lan.host(1));
    try {
      await daemon.importBaseImages();
      await body(daemon, lan);
    } finally {
      await daemon.close();
    }
  });
}
