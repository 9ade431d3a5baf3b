import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchNpmShell } from '../../src/process/npm-shell.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch(script?: string) {
  const world = { parent: 42, ends: 0 };
  watchNpmShell(
    script === undefined ? {} : { npm_lifecycle_script: script },
    () => world.parent,
    () => {
      world.ends += 1;
    },
  );
  return world;
}

test.each(["'ambassador'", 'ambassador proxy redis', 'npm run build && ambassador up', 'ambassador up 2>&1 | tee log'])(
  'the end of the shell of "%s" is told within half a second, once',
  (script) => {
    const world = watch(script);
    vi.advanceTimersByTime(60_000);
    expect(world.ends).toBe(0);
    world.parent = 1;
    vi.advanceTimersByTime(500);
    expect(world.ends).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(world.ends).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test.each([undefined, 'node server.js', 'ambassador up & node server.js', 'nohup ambassador up'])(
  'no look is taken where the script is %s',
  (script) => {
    watch(script);
    expect(vi.getTimerCount()).toBe(0);
  },
);
