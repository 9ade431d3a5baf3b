import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes a minute or more on two cores, the longest first: begun last, it would run on when nothing else does. */
const LONGEST: readonly string[] = [
  'test/e2e/docker/containers.test.ts',
  'test/interop/under-change.test.ts',
  'test/e2e/registries/registries.test.ts',
  'test/e2e/list-and-resolve.test.ts',
  'test/e2e/admin/admin.test.ts',
  'test/e2e/sources/srv.test.ts',
  'test/e2e/wrong-usage.test.ts',
  'test/e2e/credentials/redis.test.ts',
  'test/interop/both-ways.test.ts',
  'test/e2e/faults/lost-multicast.test.ts',
  'test/sim/crowd.test.ts',
];

/** Runs the longest files first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const isLongest = (file: TestSpecification, path: string): boolean => file.moduleId.endsWith(`/${path}`);
    const longest = LONGEST.flatMap((path) => others.filter((file) => isLongest(file, path)));
    return [...longest, ...others.filter((file) => !longest.includes(file))];
  }
}
