import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMachineKey,
  formatJoinRequest,
  type KeyRing,
  type MachineKey,
  MeshKey,
  parseMembership,
} from '@mdns-ambassador/mesh';
import { afterAll, expect, test } from 'vitest';
import { chooseFreeName, Doorkeeper } from '../../../src/commands/mesh/doorkeeper.ts';
import { createPrinter } from '../../../src/output/printer.ts';
import type { Surroundings } from '../../../src/process/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorkeeper-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONTEXT = Buffer.from('of this connection');
const RING: KeyRing = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) };
const surroundings = {
  env: { XDG_STATE_HOME: folder },
  platform: 'linux',
  stderr: createPrinter({ write: () => true }, {}),
} as unknown as Surroundings;

function open(readAgain: () => KeyRing = () => RING): Doorkeeper {
  return new Doorkeeper({ ring: RING, readAgain, may: { kind: 'all' }, surroundings });
}

/** What a machine is called that is let in, or why it is not. */
async function ask(doorkeeper: Doorkeeper, key: MachineKey, name: string, context = CONTEXT): Promise<string> {
  const answer = await doorkeeper.answer(formatJoinRequest(key, name, context), CONTEXT, '10.99.0.2');
  if (answer.kind === 'refused') return answer.reason;
  return parseMembership(answer.text).parts[0].identity.machine ?? '';
}

test('two machines of one name are told apart, also by the next invitation', async () => {
  const first = open();
  expect(await ask(first, createMachineKey(), 'laptop')).toBe('laptop');
  first.close();
  const second = open();
  expect(await ask(second, createMachineKey(), 'laptop')).toBe('laptop-2');
  expect(second.machine).toBe('laptop-2');
  second.close();
});

test('a request that was made for another connection is refused', async () => {
  const doorkeeper = open();
  expect(await ask(doorkeeper, createMachineKey(), 'other', Buffer.from('elsewhere'))).toMatch(
    /does not show that it has the key, on this connection/,
  );
  doorkeeper.close();
});

test('what the key file has become is what counts', async () => {
  const rotated: KeyRing = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 8)), previous: RING.current };
  const doorkeeper = open(() => rotated);
  const answer = await doorkeeper.answer(formatJoinRequest(createMachineKey(), 'late', CONTEXT), CONTEXT, '10.99.0.2');
  expect(answer.kind === 'membership' && parseMembership(answer.text).parts).toHaveLength(2);
  doorkeeper.close();
});

test('a free name stays one', () => {
  expect(chooseFreeName('laptop', new Set(['laptop', 'laptop-2']))).toBe('laptop-3');
  const long = `${'a'.repeat(29)}-bc`;
  expect(chooseFreeName(long, new Set([long]))).toBe(`${'a'.repeat(29)}-2`);
});
