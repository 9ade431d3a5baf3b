import { expect, test } from 'vitest';
import { buildStatus } from '../src/status.ts';
import { ANNOUNCEMENT, PROCESS, SERVICE, snapshot } from './fixtures.ts';

test('the status has what the contract says, in its order, and who tells it', () => {
  expect(JSON.stringify(buildStatus(snapshot({ meshes: ['0123456789abcdef'] }), PROCESS, 61_999))).toBe(
    JSON.stringify({
      version: '0.1.0',
      uptimeSeconds: 61,
      pid: 4711,
      command: 'proxy',
      platform: 'linux',
      hostName: 'h1',
      phase: 'running',
      unready: [],
      meshes: ['0123456789abcdef'],
      announcements: [ANNOUNCEMENT],
      services: [SERVICE],
    }),
  );
});

test('who is not ready says why', () => {
  const services = [{ ...SERVICE, endpoints: [] }];
  expect(buildStatus(snapshot({ services }), PROCESS, 0).unready).toEqual(['redis has no endpoint']);
});
