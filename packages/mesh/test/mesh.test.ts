import { expect, test } from 'vitest';
import { formatKeyRing, parseKeyRing } from '../src/key-ring.ts';
import { cutBundle } from '../src/keys/bundle.ts';
import { createMesh, createRing } from './mesh-fixture.ts';

test('other keys reach every member of the process, and who listens', async () => {
  const mesh = createMesh();
  const member = await mesh.join('proxy', 'redis');
  let changes = 0;
  mesh.onChange(() => {
    changes += 1;
  });
  const ring = createRing();
  await mesh.change(ring);
  expect(member.meshIds).toEqual(mesh.ids);
  expect(mesh.txtKeys('redis')[0]?.meshId).toBe(mesh.ids[0]);
  expect(changes).toBe(1);
  member.close();
});

test('while the keys become others the loop goes on', async () => {
  const mesh = createMesh();
  const members = [await mesh.join('announce', 'redis'), await mesh.join('proxy', 'redis')];
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  await mesh.change({ ...createRing(), previous: createRing().current });
  clearImmediate(counting);
  // Two certificates of authorities and two of its own for each member and key.
  expect(turns).toBeGreaterThanOrEqual(2 * 2 * 4 - 1);
  for (const member of members) member.close();
});

test('who joins while the keys become others has the new ones, or is refused', async () => {
  const mesh = createMesh();
  const joining = mesh.join('proxy', 'redis');
  await mesh.change(createRing());
  const member = await joining;
  expect(member.meshIds).toEqual(mesh.ids);
  member.close();
  const refused = mesh.join('announce', 'redis').catch((error: unknown) => error);
  await mesh.change({ kind: 'bundle', bundle: await cutBundle([createRing().current], 'proxy', 'redis') });
  expect(await refused).toMatchObject({ code: 'NOT_ENTITLED' });
});

test('the same keys once more leave the members as they are', async () => {
  const mesh = createMesh();
  const member = await mesh.join('proxy', 'redis');
  const papers = member.papers();
  await mesh.change(parseKeyRing(formatKeyRing(mesh.ring)));
  expect(member.papers()).toBe(papers);
  member.close();
});

test('a token that is not for a member of the process is refused, and nothing changes', async () => {
  const mesh = createMesh();
  const members = [await mesh.join('announce', 'redis'), await mesh.join('proxy', 'redis')];
  const [before] = mesh.ids;
  const bundle = await cutBundle([createRing().current], 'proxy', 'redis');
  await expect(mesh.change({ kind: 'bundle', bundle })).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
  expect(mesh.ids).toEqual([before]);
  for (const member of members) {
    expect(member.meshIds).toEqual([before]);
    member.close();
  }
  // Who has left is asked no more.
  await mesh.change({ kind: 'bundle', bundle });
  expect(mesh.ids).not.toEqual([before]);
});
