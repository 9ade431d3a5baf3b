import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { AmbassadorError } from '../../src/ambassador-error.ts';
import { createFileSource } from '../../src/sources/file.ts';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import type { FileAccess } from '../../src/sources/system-files.ts';
import { hearUpdates } from './heard-updates.ts';

const PATH = '/etc/ambassador/redis.yaml';

/** One file in memory, and whoever watches its folder. */
class FakeFile implements FileAccess {
  text: string | undefined;
  canWatch = true;
  reads = 0;
  readonly watchers = new Set<{ readonly onChange: (name: string | undefined) => void; readonly onEnd: () => void }>();

  constructor(text: string) {
    this.text = text;
  }

  async read(path: string): Promise<string> {
    this.reads += 1;
    if (this.text === undefined) throw new AmbassadorError('UNREADABLE_FILE', `${path} is not there`);
    return this.text;
  }

  watch(folder: string, onChange: (name: string | undefined) => void, onEnd: () => void): () => void {
    expect(folder).toBe('/etc/ambassador');
    if (!this.canWatch) throw new Error('ENOSPC');
    const watcher = { onChange, onEnd };
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  write(text: string | undefined, name: string | undefined = 'redis.yaml'): void {
    this.text = text;
    for (const { onChange } of this.watchers) onChange(name);
  }
}

function createWorld(text: string, names: Readonly<Record<string, readonly string[]>> = {}) {
  const clock = new ManualClock();
  const file = new FakeFile(text);
  const dns = new Map(Object.entries(names));
  const lookedUp: string[] = [];
  const health: SourceHealth[] = [];
  const source = createFileSource({
    service: 'redis',
    path: PATH,
    files: file,
    lookup: async (host) => {
      lookedUp.push(host);
      const addresses = dns.get(host);
      if (addresses === undefined) throw new Error(`ENOTFOUND ${host}`);
      return addresses;
    },
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
  });
  return { clock, file, dns, lookedUp, health, source, ...hearUpdates(source, clock) };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { source, clock, file } = createWorld('- { address: 10.0.0.1, port: 1, instance: one }\n- 10.0.0.2:2\n');
      const move = (): void => file.write('- { address: 10.0.0.7, port: 1, instance: one }\n- 10.0.0.2:2\n');
      return { source, move, settle: () => clock.advance(5_000) };
    }),
  )('$name', ({ run }) => run());
});

describe('a file', () => {
  test('is a list of endpoints, known by instance or by place', async () => {
    const { start, updates, source } = createWorld(
      '- { address: 10.0.0.1, port: 1, instance: one, priority: 2, weight: 3 }\n- 10.0.0.2:2\n',
    );
    await start();
    expect(source.name).toBe(`file:${PATH}`);
    expect(updates).toMatchObject([
      {
        kind: 'reset',
        endpoints: [
          { id: `file:${PATH}/one`, instance: 'one', addresses: ['10.0.0.1'], port: 1, priority: 2, weight: 3 },
          { id: `file:${PATH}/10.0.0.2:2`, addresses: ['10.0.0.2'], port: 2, source: `file:${PATH}` },
        ],
      },
    ]);
  });

  test.each(['redis.yaml', '..data', undefined])('that changed is read 50 ms after word of %s', async (name) => {
    const { start, clock, file, found } = createWorld('- 10.0.0.1:1\n');
    await start();
    file.write('- 10.0.0.2:1\n', name);
    await clock.advance(49);
    expect(file.reads).toBe(1);
    await clock.advance(1);
    expect(found()).toEqual(['10.0.0.2 1']);
  });

  test('is not read for its neighbours, and once for many words at a time', async () => {
    const { start, clock, file } = createWorld('- 10.0.0.1:1\n');
    await start();
    file.write('- 10.0.0.1:1\n', 'postgres.yaml');
    await clock.advance(1_000);
    expect(file.reads).toBe(1);
    for (let time = 0; time < 100; time++) file.write('- 10.0.0.1:1\n');
    await clock.advance(1_000);
    expect(file.reads).toBe(2);
  });

  test('is read every 5 s where nothing can be watched', async () => {
    const { start, clock, file, found } = createWorld('- 10.0.0.1:1\n');
    file.canWatch = false;
    await start();
    file.write('- 10.0.0.2:1\n');
    await clock.advance(5_000);
    expect(found()).toEqual(['10.0.0.2 1']);
  });

  test('in a folder that went away is watched again when the folder is back', async () => {
    const { start, clock, file } = createWorld('- 10.0.0.1:1\n');
    await start();
    for (const watcher of [...file.watchers]) {
      file.watchers.delete(watcher);
      watcher.onEnd();
    }
    await clock.advance(5_000);
    expect(file.watchers.size).toBe(1);
  });

  test('that is broken or missing changes nothing and is told of once each', async () => {
    const { start, clock, file, updates, health } = createWorld('- 10.0.0.1:1\n');
    await start();
    file.write('- 10.0.0.1\n');
    await clock.advance(60_000);
    file.write(undefined);
    await clock.advance(60_000);
    file.write('');
    await clock.advance(60_000);
    expect(updates).toHaveLength(1);
    expect(health).toMatchObject([
      { kind: 'failing', reason: expect.stringMatching(/redis\.yaml:1: "10\.0\.0\.1" is not HOST:PORT/) },
      { kind: 'failing', reason: `${PATH} is not there` },
      { kind: 'failing', reason: expect.stringMatching(/nothing in it/) },
    ]);
    file.write('- 10.0.0.1:1\n');
    await clock.advance(50);
    expect(health.at(-1)).toEqual({ kind: 'working', source: `file:${PATH}` });
    expect(updates).toHaveLength(1);
  });

  test('that lists nobody removes all', async () => {
    const { start, clock, file, updates } = createWorld('- 10.0.0.1:1\n');
    await start();
    file.write('[]');
    await clock.advance(50);
    expect(updates.at(-1)).toMatchObject({ kind: 'remove', ids: [`file:${PATH}/10.0.0.1:1`] });
  });

  test('has no endpoint at an address that must not be dialled', async () => {
    const { start, found } = createWorld('- 169.254.169.254:80\n- 224.0.0.1:80\n- 10.0.0.1:80\n');
    await start();
    expect(found()).toEqual(['10.0.0.1 80']);
  });

  test('after close is neither watched nor read', async () => {
    const { start, clock, file, source } = createWorld('- 10.0.0.1:1\n');
    await start();
    file.write('- 10.0.0.2:1\n');
    await source.close();
    await clock.advance(60_000);
    expect([file.reads, file.watchers.size, clock.pendingTimers]).toEqual([1, 0, 0]);
  });
});

describe('names in a file', () => {
  test('are looked up, anew every 30 s and when a dial fails', async () => {
    const { start, clock, dns, lookedUp, found, source } = createWorld('- db.test:1\n', { 'db.test': ['10.0.0.1'] });
    await start();
    expect(found()).toEqual(['10.0.0.1 1']);
    await clock.advance(29_000);
    expect(lookedUp).toHaveLength(1);
    dns.set('db.test', ['10.0.0.2']);
    await clock.advance(1_000);
    expect(found()).toEqual(['10.0.0.2 1']);
    dns.set('db.test', ['10.0.0.3']);
    source.verify(`file:${PATH}/db.test:1`);
    await clock.advance(0);
    expect(found()).toEqual(['10.0.0.3 1']);
  });

  test('one that fails keeps what it had and holds up nobody', async () => {
    const { start, clock, dns, found, health, file } = createWorld('- db.test:1\n', { 'db.test': ['10.0.0.1'] });
    await start();
    dns.delete('db.test');
    file.write('- db.test:1\n- other.test:2\n- 10.0.0.9:9\n');
    await clock.advance(50);
    expect(found()).toEqual(['10.0.0.1 1', '10.0.0.9 9']);
    expect(health).toMatchObject([{ kind: 'failing', reason: "other.test can't be looked up" }]);
    dns.set('other.test', ['10.0.0.5']);
    await clock.advance(1_500);
    expect(found()).toEqual(['10.0.0.1 1', '10.0.0.5 2', '10.0.0.9 9']);
  });
});
