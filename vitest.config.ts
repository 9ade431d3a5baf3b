import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/tally-reporter.ts';

const resolveSource = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
};

/** Unit and simulated tests use virtual time and run in parallel; tests on real hosts share two cores and run one file at a time. */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
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
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          // Property tests on a busy machine: a limit against hanging, no measure.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...resolveSource,
        test: {
          name: 'sim',
          include: ['test/{sim,conformance}/**/*.test.ts'],
          testTimeout: 240_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...resolveSource,
        test: {
          name: 'e2e',
          globalSetup: ['test/build-packages.ts'],
          include: ['test/{e2e,interop}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real processes on a shared machine: one more try, which the report shows.
          retry: 1,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
