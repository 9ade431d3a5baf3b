import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));

test('whatever depends on the platform takes it as an argument: few places ask which one this is', () => {
  const sources = readdirSync(PACKAGES)
    .filter((name) => existsSync(`${PACKAGES}/${name}/src`))
    .flatMap((name) =>
      readdirSync(`${PACKAGES}/${name}/src`, { encoding: 'utf8', recursive: true }).map(
        (file) => `${name}/src/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.ts'));
  const asking = sources.filter((file) => {
    const code = readFileSync(`${PACKAGES}/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return /\bprocess\.platform\b|\b(?:osP|p)latform\(\)|\{[^{}]*\bplatform\b[^{}]*\} = process\b/.test(code);
  });
  expect(asking.map((file) => file.replaceAll('\\', '/')).toSorted()).toEqual([
    // Who uses these packages alone need not say it; below, too.
    'ambassador/src/proxied-service.ts',
    // The three programs.
    'cli/src/commands/demo/instance.ts',
    'cli/src/daemon/worker.ts',
    'cli/src/main.ts',
    // What `--help` says is the default.
    'cli/src/parse/agent-socket.ts',
    'mdns/src/system-network.ts',
    'relay/src/listen.ts',
    'testkit/src/lab/access.ts',
  ]);
});
