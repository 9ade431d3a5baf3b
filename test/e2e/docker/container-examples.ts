import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { DockerDaemon } from '../../docker-daemon.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));
/** As the script of an example says of itself. */
const NEEDS_DAEMON = '# Needs a Docker daemon';
const TIMEOUT_MS = 280_000;

/** What an example prints, beyond that it ends well. */
const SAID: Readonly<Record<string, readonly RegExp[]>> = {
  hello: [/^before: .+$/m, /^after: greeting is hello, /m],
  'docker-labels': [
    /^before: nobody announces greeter$/m,
    /^after three were started:\n(10\.99\.0\.1:\d+\n){3}after two were stopped:\n10\.99\.0\.1:\d+\n$/m,
  ],
  swarm: [/^after, with network overlay: redis:6379 answers/m, /^after, with network host: 127\.0\.0\.1:6379 answers/m],
};

export const CONTAINER_EXAMPLES: readonly string[] = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => readFileSync(`${EXAMPLES}${name}/demo.sh`, 'utf8').includes(NEEDS_DAEMON));

export async function showExample({ host }: DockerDaemon, name: string): Promise<void> {
  const env = { COMPOSE: '/usr/bin/docker-compose', ADVERTISE: host.ip };
  const said = await host.read('sh', [`${EXAMPLES}${name}/demo.sh`], { timeout: TIMEOUT_MS, env });
  for (const pattern of SAID[name] ?? []) expect(said).toMatch(pattern);
}
