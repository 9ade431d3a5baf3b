import { expect, test } from 'vitest';
import { Lifecycle } from '../../src/daemon/lifecycle.ts';

function createWorld() {
  const told: string[] = [];
  return { told, lifecycle: new Lifecycle((state) => told.push(state)) };
}

test('starting, running, stopping: each is told once', () => {
  const { lifecycle, told } = createWorld();
  expect(lifecycle.phase).toBe('starting');
  lifecycle.run();
  lifecycle.run();
  expect(lifecycle.phase).toBe('running');
  lifecycle.stop();
  lifecycle.stop();
  expect(lifecycle.phase).toBe('stopping');
  expect(told).toEqual(['READY=1', 'STOPPING=1']);
});

test('who stops before it ran is never ready', () => {
  const { lifecycle, told } = createWorld();
  lifecycle.stop();
  lifecycle.run();
  expect(lifecycle.phase).toBe('stopping');
  expect(told).toEqual(['STOPPING=1']);
});
