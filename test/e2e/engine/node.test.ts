import { listEngineCases } from '@mdns-ambassador/testkit';
import { describe, test } from 'vitest';
import { createNodeEngine } from '../../../packages/ambassador/src/index.ts';

describe('the promises of every engine', () => {
  test.each(listEngineCases(createNodeEngine))('$name', ({ run }) => run());
});
