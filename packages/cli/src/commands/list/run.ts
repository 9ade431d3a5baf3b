import { type AddressRefusal, judgeAddress } from '@mdns-ambassador/ambassador';
import {
  type BrowseEvent,
  browseService,
  type Instance,
  isGeneral,
  readService,
  systemClock,
  typesOf,
  type UnresolvedInstance,
  type WantedService,
} from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { createLoggedNetwork, describeNoNetwork, type LocalNetwork, startNode } from '../../network/local-network.ts';
import { LOOK_TYPE } from '../../network/look-beacon.ts';
import { createMembershipJudge, createMesh } from '../../network/mesh.ts';
import { keepNotices } from '../../network/notices.ts';
import { openSeenFile } from '../../network/seen/find-seen.ts';
import { describeFault } from '../../output/fault-lines.ts';
import {
  browseEventToJson,
  describeBrowseEvent,
  describeUnresolved,
  formatInstances,
  type ListEvent,
} from '../../output/instance-lines.ts';
import { instanceToJson } from '../../output/json.ts';
import { LineLimit } from '../../output/line-limit.ts';
import { type Mode, nameMode } from '../../output/mesh-lines.ts';
import { describeAlone, describeRefusedRecords } from '../../output/network-lines.ts';
import { describeInterface, joinWords } from '../../output/phrases.ts';
import type { Printer } from '../../output/printer.ts';
import { createFactPrinter, createLinePrinter, MAX_FACTS, type Reporter } from '../../output/reporter.ts';
import { formatDuration, parseDuration } from '../../parse/duration.ts';
import { parseWantedService } from '../../parse/service-type.ts';
import { openLog } from '../../process/log-options.ts';
import { waitForAbort, waitOrAbort } from '../../process/stopping.ts';
import { readMeshRequest, readMode } from '../../requests/mesh-request.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Invocation } from '../command.ts';
import { readWord } from '../words.ts';

const DEFAULT_TIMEOUT_MS = 2_000;
/** Types looked into when every type is listed; a link has some tens. */
const MOST_TYPES = 256;

/** `ambassador list` */
export async function listInstances(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  surroundings.faults.survive((error) => surroundings.stderr.line(`ambassador: ${describeFault(error)}`));
  const settings = addSharedOptions(invocation.settings, await loadConfig(invocation.settings));
  const word = { command: 'list', kind: 'service', origin: 'SERVICE' };
  const wanted = readWord(invocation.words, word, parseWantedService);
  const timeoutMs = settings.read('timeout', parseDuration) ?? DEFAULT_TIMEOUT_MS;
  const isJson = settings.isSet('json');
  const meshRequest = readMeshRequest(settings, surroundings);
  const mesh = createMesh(meshRequest);
  if (mesh !== undefined) keepNotices(mesh, surroundings, () => undefined);
  const mode = readMode(meshRequest, settings);
  const isMember = (instance: Instance): boolean => mesh !== undefined && isMemberOf(mesh, instance);
  const log = openLog(settings, surroundings);
  const local = createLoggedNetwork(settings, surroundings, log, mesh, (event) => {
    if (event.kind === 'records-refused') surroundings.stderr.line(`ambassador: ${describeRefusedRecords(event)}`);
  });
  const { signal } = surroundings.shutdown;
  const found = new Map<string, Instance>();
  const unresolved = (known: ReadonlySet<string> = new Set()): readonly string[] => {
    const named = listUnresolved(local, wanted).filter(({ name }) => !known.has(name));
    return describeUnresolved(named, formatDuration(timeoutMs));
  };
  let open: readonly string[] = [];
  try {
    await startNode(local);
    if (settings.isSet('watch')) {
      let isHeard = false;
      const print = createWatchPrinter(surroundings.stdout, isJson);
      /** What was told last: an instance that is heard by one more interface is the same to who reads. */
      const told = new Map<string, string>();
      browse(local, wanted, (event) => {
        isHeard = true;
        const secure = isMember(event.instance);
        const [key, text] = [keyOf(event.instance), JSON.stringify(instanceToJson(event.instance, secure))];
        if (event.kind === 'updated' && told.get(key) === text) return;
        if (event.kind === 'removed') told.delete(key);
        else told.set(key, text);
        const hasNamesake = local.network.interfaces().some(({ name: link }) => {
          const other = keyOf({ ...event.instance, link });
          return other !== key && told.has(other);
        });
        print(describeBrowseEvent(event, createJudge(local), hasNamesake), browseEventToJson(event, secure));
      });
      await waitOrAbort(timeoutMs, signal);
      if (!isHeard && !signal.aborted) {
        const what = describeNoNetwork(local) ?? unresolved()[0] ?? `${describeNothing(wanted, local, mode)} so far`;
        surroundings.stderr.line(`ambassador: ${what}; what comes is told here`);
      }
      await waitForAbort(signal);
      return EXIT_OK;
    }
    browse(local, wanted, (event) => {
      const key = keyOf(event.instance);
      if (event.kind === 'removed') found.delete(key);
      else found.set(key, event.instance);
    });
    await waitOrAbort(timeoutMs, signal);
    // A peer may say what the link does not.
    const isFound = new Set([...found.values()].map(({ name }) => name));
    open = unresolved(isFound);
  } finally {
    await local.node.close();
  }
  const noNetwork = describeNoNetwork(local);
  const instances = [...found.values()].sort(compareInstances);
  const seen = instances.map((instance) => ({ service: readService(instance), instance: instance.name }));
  if (!signal.aborted) openSeenFile(surroundings).keep(seen, wanted?.service);
  if (isJson) surroundings.stdout.json(instances.map((instance) => instanceToJson(instance, isMember(instance))));
  else if (instances.length > 0) {
    const { style, size } = surroundings.stdout;
    for (const line of formatInstances(
      instances,
      style,
      size.columns,
      createJudge(local),
      mesh === undefined ? undefined : { id: mesh.ids[0] ?? '', isMember },
    ))
      surroundings.stdout.line(...line);
  }
  if (instances.length > 0 || signal.aborted) {
    for (const line of open) surroundings.stderr.line(`ambassador: ${line}`);
    return EXIT_OK;
  }
  throw new CliError(
    EXIT_UNAVAILABLE,
    noNetwork ??
      (open.length > 0
        ? open.join('; ')
        : `${describeNothing(wanted, local, mode)} within ${formatDuration(timeoutMs)}; ${describeAlone(local.network) ?? 'start ambassador announce somewhere, or wait longer with --timeout 10s'}`),
  );
}

/** Two of one name are on different links. */
function keyOf({ type, name, link = '' }: Instance): string {
  return `${type}/${name}/${link}`;
}

/** Whoever announces without end fills no disk. */
function createWatchPrinter(stdout: Printer, isJson: boolean): Reporter['tell'] {
  const now = (): number => systemClock.now();
  return isJson ? createFactPrinter(stdout, now) : createLinePrinter(stdout, new LineLimit(MAX_FACTS), now);
}

/** Of one service, or one type: on a whole network something is always half told. */
function listUnresolved({ node }: LocalNetwork, wanted: WantedService | undefined): readonly UnresolvedInstance[] {
  if (wanted === undefined) return [];
  const { service, type } = wanted;
  const types = type === undefined ? (isGeneral(service) ? [] : typesOf(service)) : [type];
  return types.flatMap((each) => node.unresolved(each));
}

function describeNothing(wanted: WantedService | undefined, { network }: LocalNetwork, mode: Mode): string {
  const where = joinWords(network.interfaces().map(describeInterface)) || 'no interface';
  const what = wanted === undefined ? 'nothing was' : `${wanted.type ?? wanted.service} was not`;
  return `${nameMode(mode)}: ${what} found on ${where}`;
}

/** Browses one service, one type, or every type on the link. Who says goodbye is told of when it is gone. The node's end ends it. */
function browse({ node }: LocalNetwork, wanted: WantedService | undefined, onEvent: (event: ListEvent) => void): void {
  const tell = (event: BrowseEvent): void => {
    if (event.kind !== 'leaving') onEvent(event);
  };
  if (wanted !== undefined) {
    browseService(node, wanted, tell);
    return;
  }
  let types = 0;
  node.browseTypes((found) => {
    if (found.toLowerCase() === LOOK_TYPE) return;
    types += 1;
    if (types <= MOST_TYPES) node.browse({ type: found }, tell);
  });
}

function compareInstances(a: Instance, b: Instance): number {
  return a.type.localeCompare(b.type) || a.name.localeCompare(b.name) || keyOf(a).localeCompare(keyOf(b));
}

/** By the interfaces of now. Undefined where a proxy uses it; what is beyond the link it uses with `--allow-cidr` alone. */
function createJudge({ network }: LocalNetwork): (instance: Instance) => AddressRefusal | undefined {
  const context = { interfaces: network.interfaces(), own: network.ownAddresses(), allowed: [] };
  return ({ addresses, source }) => {
    // A peer says where it is, or where its link comes from.
    if (source !== undefined) return undefined;
    const verdicts = addresses.map((address) => judgeAddress(address, context));
    const refusals = verdicts.flatMap((verdict) => (verdict.kind === 'refused' ? [verdict.refusal] : []));
    if (refusals.length < verdicts.length) return undefined;
    return refusals.find((refusal) => refusal === 'off-link') ?? refusals[0];
  };
}

function isMemberOf(mesh: Mesh, instance: Instance): boolean {
  return createMembershipJudge(mesh, readService(instance)).judge(instance) !== undefined;
}
