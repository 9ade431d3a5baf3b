import type { Reporter, TestModule } from 'vitest/node';

/**
 * At the end: what went wrong in each test that passed only when it was run again, the name of each that was skipped, which says why,
 * and one line that counts them all.
 */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const flaky = tests.filter((test) => test.diagnostic()?.flaky === true);
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const failed = count('failed') + broken + unhandledErrors.length;
    const lines = [
      ...flaky.map((test) => `flaky: ${test.fullName}\n${test.result().errors?.[0]?.message ?? ''}\n`),
      ...skipped.map((test) => `skipped: ${test.fullName}`),
      `${count('passed')} passed, ${failed} failed, ${skipped.length} skipped, ${flaky.length} flaky`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
