import { deepStrictEqual, doesNotThrow, ok, strictEqual } from 'node:assert/strict';
import type { SuiteCase } from './suite-case.ts';

interface FoundEndpoint {
  readonly id: string;
  readonly addresses: readonly string[];
  readonly port: number;
}

type FoundUpdate =
  | { readonly kind: 'reset' | 'add'; readonly endpoints: readonly FoundEndpoint[] }
  | { readonly kind: 'remove' | 'gone'; readonly ids: readonly string[] };

/** What a source looks like from outside (packages/ambassador, sources/source.ts). */
export interface SourceUnderTest {
  readonly name: string;
  start(onUpdate: (update: FoundUpdate) => void): Promise<void>;
  verify(id: string): void;
  close(): Promise<void>;
}

/** A source in a small world of its own, in which at least one endpoint is there from the beginning. */
export interface SourceFixture {
  readonly source: SourceUnderTest;
  /** The endpoint that is there moves to another port or address. */
  move(): void;
  /** `place`: an endpoint is known by its address and port alone, so what moves is another. Default: `instance`. */
  readonly identity?: 'instance' | 'place';
  /** Everything that is under way happens, in virtual time. */
  settle(): Promise<void>;
}

/** The promises of the Source interface; every source keeps them all. Each case gets a world of its own. */
export function listSourceCases(createFixture: () => SourceFixture): readonly SuiteCase[] {
  const cases: Readonly<Record<string, (fixture: SourceFixture) => Promise<void>>> = {
    'never calls back within start': staysSilentWithinStart,
    'tells what is there, each endpoint with an id, an address and a port': tellsWhatIsThere,
    'tells a move, under the id that it gave before where it knows instances': tellsMoves,
    'started twice is started once': startsOnce,
    'says nothing after close': staysSilentAfterClose,
    'closed twice is closed once, started or not': closesOnce,
    'started after close says nothing': staysClosed,
    'takes no harm from an unknown id to verify': survivesUnknownIds,
  };
  return Object.entries(cases).map(([name, check]) => ({ name, run: () => check(createFixture()) }));
}

async function staysSilentWithinStart({ source, settle }: SourceFixture): Promise<void> {
  let isWithinStart = true;
  let calledWithin = false;
  const started = source.start(() => {
    calledWithin ||= isWithinStart;
  });
  isWithinStart = false;
  await started;
  await settle();
  await source.close();
  strictEqual(calledWithin, false);
}

async function tellsWhatIsThere({ source, settle }: SourceFixture): Promise<void> {
  const found = await startFolding(source);
  await settle();
  ok(found.size > 0, 'nothing was found');
  for (const endpoint of found.values()) {
    ok(endpoint.id !== '', 'an id is empty');
    ok(endpoint.addresses.length > 0, `${endpoint.id} has no address`);
    ok(endpoint.port >= 1 && endpoint.port <= 65_535, `${endpoint.id} has port ${endpoint.port}`);
  }
  ok(source.name !== '', 'it has no name');
  await source.close();
}

async function tellsMoves({ source, move, settle, identity = 'instance' }: SourceFixture): Promise<void> {
  let wasEmptied = false;
  const found = await startFolding(source, (folded) => {
    wasEmptied ||= folded.size === 0;
  });
  await settle();
  const before = new Map(found);
  move();
  await settle();
  for (const id of before.keys()) source.verify(id);
  await settle();
  strictEqual(wasEmptied, false);
  strictEqual(found.size, before.size);
  if (identity === 'instance') deepStrictEqual([...found.keys()].sort(), [...before.keys()].sort());
  const moved = [...found.values()].filter((endpoint) => placeOf(endpoint) !== placeOf(before.get(endpoint.id)));
  strictEqual(moved.length, 1);
  await source.close();
}

async function startsOnce({ source, settle }: SourceFixture): Promise<void> {
  let updates = 0;
  let updatesToSecond = 0;
  await source.start(() => {
    updates += 1;
  });
  await source.start(() => {
    updatesToSecond += 1;
  });
  await settle();
  ok(updates > 0, 'nothing was found');
  strictEqual(updatesToSecond, 0);
  await source.close();
}

async function staysSilentAfterClose({ source, move, settle }: SourceFixture): Promise<void> {
  let updates = 0;
  const found = await startFolding(source, () => {
    updates += 1;
  });
  await settle();
  const ids = [...found.keys()];
  await source.close();
  const updatesBefore = updates;
  move();
  for (const id of ids) source.verify(id);
  await settle();
  strictEqual(updates, updatesBefore);
}

async function closesOnce({ source, settle }: SourceFixture): Promise<void> {
  await source.close();
  await source.close();
  await settle();
}

async function staysClosed({ source, settle }: SourceFixture): Promise<void> {
  await source.close();
  const found = await startFolding(source);
  await settle();
  strictEqual(found.size, 0);
}

async function survivesUnknownIds({ source, settle }: SourceFixture): Promise<void> {
  doesNotThrow(() => source.verify('no such endpoint'));
  const found = await startFolding(source);
  await settle();
  const before = new Map(found);
  doesNotThrow(() => source.verify('no such endpoint'));
  doesNotThrow(() => source.verify(''));
  await settle();
  deepStrictEqual(found, before);
  await source.close();
  doesNotThrow(() => source.verify('no such endpoint'));
}

/** The set that the updates add up to; `onUpdate` sees it after each. */
async function startFolding(
  source: SourceUnderTest,
  onUpdate: (found: ReadonlyMap<string, FoundEndpoint>) => void = () => {},
): Promise<Map<string, FoundEndpoint>> {
  const found = new Map<string, FoundEndpoint>();
  await source.start((update) => {
    fold(found, update);
    onUpdate(found);
  });
  return found;
}

function fold(found: Map<string, FoundEndpoint>, update: FoundUpdate): void {
  switch (update.kind) {
    case 'reset':
    case 'add':
      if (update.kind === 'reset') found.clear();
      for (const endpoint of update.endpoints) found.set(endpoint.id, endpoint);
      return;
    case 'remove':
    case 'gone':
      for (const id of update.ids) found.delete(id);
      return;
    default:
      update satisfies never;
  }
}

function placeOf(endpoint: FoundEndpoint | undefined): string {
  return endpoint === undefined ? '' : `${endpoint.addresses.join(',')} ${endpoint.port}`;
}
