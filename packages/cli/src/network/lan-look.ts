import type { LanLook, SeenInstance, SeenProcess } from '@mdns-ambassador/admin';
import { readShownProcess } from '@mdns-ambassador/admin/shown-process';
import { type Instance, type MdnsNode, readService, readTxtText } from '@mdns-ambassador/mdns';
import type { PeerNode } from '@mdns-ambassador/peers';
import type { Clock } from '@mdns-ambassador/relay';
import { parseObject } from '@mdns-ambassador/relay/read-value';
import { listAddresses } from '../output/json.ts';
import { askAdmin } from '../process/admin-client.ts';
import type { RuntimeSurroundings } from '../process/runtime-folder.ts';
import { listSockets } from '../process/sockets.ts';
import { type BrowseLimits, browseAll } from './browse-all.ts';

/** What is browsed for the picture of a network. */
const LIMITS: BrowseLimits = { types: 64, instances: 1_024 };

/** Between two questions to the other processes of this machine, and how long one may take to answer. */
const ASK_MS = 500;
const ANSWER_MS = 1_000;

export interface LanLookOptions {
  /** Undefined while no mDNS is spoken. */
  readonly node: Pick<MdnsNode, 'browse' | 'browseTypes'> | undefined;
  readonly peers: PeerNode | undefined;
  /** Tells the link, and peers, that somebody looks, until the returned function is called; undefined in open mode. */
  readonly tellLook: (() => () => void) | undefined;
  /** Where the sockets of this machine's processes are. */
  readonly runtime: RuntimeSurroundings;
  /** Of this process, which is not asked. */
  readonly pid: number;
  readonly clock: Clock;
}

/** Asks around: what mDNS shows, what members show over peer links, and what the other processes of this machine do, until it is closed. */
export function lookAround(
  { node, peers, tellLook, runtime, pid, clock }: LanLookOptions,
  onChange: () => void,
): LanLook {
  const heard = node === undefined ? undefined : browseAll(node, LIMITS, onChange);
  const unlook = peers?.look(onChange);
  const endTelling = tellLook?.();
  const local = askAll(runtime, pid, clock, onChange);
  return {
    processes: () => [
      ...local.processes(),
      ...(peers?.listViews() ?? []).flatMap(({ shows }) => describeProcess('peer', shows)),
    ],
    instances: () => (heard?.list() ?? []).map(({ instance }) => describe(instance)),
    close() {
      heard?.close();
      unlook?.();
      endTelling?.();
      local.close();
    },
  };
}

function describeProcess(via: 'local' | 'peer', shows: unknown): readonly SeenProcess[] {
  const view = readShownProcess(shows);
  return view === undefined ? [] : [{ via, view }];
}

/** The other processes of this machine, asked twice a second. */
function askAll(
  runtime: RuntimeSurroundings,
  own: number,
  clock: Clock,
  onChange: () => void,
): Pick<LanLook, 'processes' | 'close'> {
  let shown: readonly SeenProcess[] = [];
  let isClosed = false;
  let cancel = (): void => undefined;
  const ask = async (): Promise<void> => {
    const sockets = listSockets(runtime).filter(({ pid }) => pid !== own);
    const answers = await Promise.all(sockets.map(({ path }) => askAdmin(path, '/v1/lan/self', ANSWER_MS)));
    if (isClosed) return;
    const before = nameStates(shown);
    shown = answers.flatMap((answer) =>
      answer.kind === 'answered' ? describeProcess('local', parseObject(answer.body)) : [],
    );
    if (nameStates(shown) !== before) onChange();
    cancel = clock.after(ASK_MS, () => void ask());
  };
  void ask();
  return {
    processes: () => shown,
    close() {
      isClosed = true;
      cancel();
    },
  };
}

/** All that is shown but numbers, which grow all the time. */
function nameStates(shown: readonly SeenProcess[]): string {
  return JSON.stringify(
    shown.map(({ view: { id, announced, proxied } }) => [
      id,
      announced,
      proxied.map(({ service, endpoints }) => [
        service,
        endpoints.map(({ address, port, state }) => [address, port, state]),
      ]),
    ]),
  );
}

function describe(instance: Instance): SeenInstance {
  const { name, type, host, port, txt, addresses } = instance;
  return {
    service: readService(instance),
    instance: name,
    type,
    host,
    port,
    addresses: listAddresses(instance),
    isFromThisHost: addresses.some(({ isFromThisHost }) => isFromThisHost),
    isOurs: txt.has('id') && readTxtText(txt, 'txtvers') === '1',
  };
}
