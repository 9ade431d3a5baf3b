import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { listPlatformTests } from './test/platform-tests.ts';
import { TallyReporter } from './test/tally-reporter.ts';

const resolveSource = {
  resolve: { conditions: ['@mdns-ambassador/source'] },
  ssr: { resolve: { conditions: ['@mdns-ambassador/source'] } },
};

/** Tests on real hosts that use the machine's whole power, or count milliseconds: they have it to themselves. */
const UNDER_LOAD = [
  'test/e2e/engine/**/*.test.ts',
  'test/e2e/faults/!(full-accept-queue|lost-multicast).test.ts',
  'test/e2e/{failover,shares}.test.ts',
  'test/e2e/mesh/{crowded,failover,rotation}.test.ts',
  'test/e2e/mdns/floods.test.ts',
  'test/e2e/peers/without-multicast.test.ts',
];

/** Tests that put another module in the place of a real one: each needs modules of its own. */
const MOCKED = [
  'packages/announcer/test/responders/bonjour-service.test.ts',
  'packages/cli/test/program/program.test.ts',
  'packages/mdns/test/link-sockets.test.ts',
  'packages/mdns/test/one-shot.test.ts',
  'packages/relay/test/make-folders.test.ts',
];

/** Those that can't be had here: tests of rules that take the platform run as if this were one of them, too. */
const PLATFORMS = ['darwin', 'win32'];

/** Property tests, and those that load the whole command line, on a busy machine: a limit against hanging, no measure. */
const HANGING_MS = 60_000;

/** What is waited for comes when the machine has time for it. */
const patient = { expect: { poll: { timeout: 60_000 } } };

const realHosts = {
  ...patient,
  globalSetup: ['test/build-packages.ts'],
  testTimeout: 240_000,
  hookTimeout: 240_000,
  // Daemons of others take part. What passes only then is told, whole, as flaky: a race to be found.
  retry: 1,
};

/** Unit and simulated tests use virtual time and run in parallel; so do tests on real hosts, each on a LAN of its own, but five at a time: they wait more than they work. */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['packages/testkit/src/**', 'packages/cli/src/**'],
      reporter: ['text-summary'],
    },
    projects: [
      {
        ...resolveSource,
        test: {
          ...patient,
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [...MOCKED],
          // Rules are pure: files share the modules that they import, which takes a third of the time.
          isolate: false,
          testTimeout: HANGING_MS,
          sequence: { groupOrder: 0 },
        },
      },
      ...PLATFORMS.map((platform) => ({
        ...resolveSource,
        test: {
          ...patient,
          name: platform,
          include: [...listPlatformTests()],
          exclude: [...MOCKED],
          env: { TEST_PLATFORM: platform, TEMP: tmpdir() },
          setupFiles: ['test/platform.ts'],
          isolate: false,
          testTimeout: HANGING_MS,
          sequence: { groupOrder: 0 },
        },
      })),
      {
        ...resolveSource,
        test: {
          ...patient,
          name: 'mocked',
          include: [...MOCKED],
          testTimeout: HANGING_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...resolveSource,
        test: {
          ...patient,
          name: 'sim',
          include: ['test/{sim,conformance}/**/*.test.ts'],
          isolate: false,
          testTimeout: 240_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...resolveSource,
        test: {
          ...realHosts,
          name: 'e2e',
          include: ['test/{e2e,interop,windows}/**/*.test.ts'],
          exclude: [...UNDER_LOAD],
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...resolveSource,
        test: {
          ...realHosts,
          name: 'load',
          include: [...UNDER_LOAD],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
