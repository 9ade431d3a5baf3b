import { expect, test } from 'vitest';
import { buildStatus } from '../src/status.ts';
import { ANNOUNCEMENT, SERVICE, snapshot } from './fixtures.ts';

test('the status has what the contract says, in its order, and nothing more', () => {
  expect(JSON.stringify(buildStatus(snapshot(), { version: '0.1.0', uptimeMs: 61_999 }))).toBe(
    JSON.stringify({ version: '0.1.0', uptimeSeconds: 61, announcements: [ANNOUNCEMENT], services: [SERVICE] }),
  );
});
