import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));
const MOST_LINES = 20;

const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

test('there are examples', () => {
  expect(names.length).toBeGreaterThan(10);
});

test.for(names)('examples/%s has a demonstration and a README of few lines, which the list names', (name) => {
  expect(existsSync(`${EXAMPLES}${name}/demo.sh`)).toBe(true);
  const lines = readFileSync(`${EXAMPLES}${name}/README.md`, 'utf8').trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
  expect(readFileSync(`${EXAMPLES}README.md`, 'utf8')).toContain(`](${name})`);
});
