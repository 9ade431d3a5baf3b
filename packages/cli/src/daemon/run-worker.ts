import { createAmbassador, type FromWorker, type ToWorker, WorkerSide } from '@mdns-ambassador/ambassador';
import { CancelKeys } from '@mdns-ambassador/credentials';
import { systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { errorCode, errorMessage } from '@mdns-ambassador/relay';
import { createMesh } from '../network/mesh.ts';
import type { Fact, Reporter } from '../output/reporter.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { type MeshRequest, readKeys } from '../requests/mesh-request.ts';
import { measureRoom } from './announcer-host.ts';
import { composeCarriage } from './carriage.ts';
import { Injections } from './injections.ts';
import { followKeyFile } from './key-file.ts';
import { followMembership } from './membership.ts';
import { followNotices } from './notices.ts';
import { FIRST_SOCKET, type WorkerOrder } from './worker-order.ts';

export interface WorkerParent {
  /** No-op where it has gone. */
  send(message: FromWorker): void;
  /** It takes in less than it is sent: what can wait should. */
  isBehind(): boolean;
}

type WorkerSurroundings = Pick<Surroundings, 'env' | 'platform'>;

/** Carries what the first message orders; returns what hears those that follow. */
export function runWorker(
  first: unknown,
  parent: WorkerParent,
  surroundings: WorkerSurroundings,
): (message: unknown) => void {
  const order = first as WorkerOrder;
  const { proxy, workers, sources, isChecked, wakes, merge, reportConnections } = order;
  const tell = (isTold: (fact: Fact) => boolean): Reporter => ({
    tell(line, fact) {
      if (isTold(fact)) parent.send({ kind: 'told', ...(line === undefined ? {} : { line }), fact });
    },
  });
  // Of files the process that forked this one tells, which follows them as well.
  const injections = new Injections(
    surroundings,
    tell(({ event }) => event.startsWith('credentials-')),
  );
  const room = measureRoom();
  const keys = new CancelKeys((key, endpointId) => side.tellCancelKey(key, endpointId));
  const side = new WorkerSide({
    workers,
    limit: proxy.maxConnections,
    clock: systemClock,
    platform: surroundings.platform,
    send: (message) => parent.send(message),
    isBehind: () => parent.isBehind(),
    room,
    wakes,
    onRefresh: () => injections.refresh(),
    onCancelKey: (key, endpointId) => keys.learn(key, endpointId),
  });
  void start().catch((error: unknown) => {
    parent.send({ kind: 'failed', code: errorCode(error), message: errorMessage(error) });
  });
  return (message) => side.hear(message as ToWorker);

  async function start(): Promise<void> {
    const { injected, service, ...rest } = proxy;
    const injection = injected === undefined ? undefined : injections.open({ service, ...injected, cancelKeys: keys });
    const mesh = order.meshKeyFile === undefined ? undefined : enterMesh(order.meshKeyFile, surroundings, tell);
    const complete = side.complete(
      {
        maxConnections: room.places,
        ...rest,
        service,
        merge,
        reportConnections,
        listen: Array.from({ length: order.sockets }, (_, index) => ({
          kind: 'inherited',
          fd: FIRST_SOCKET + index,
          allowRemote: true,
        })),
        ...composeCarriage(service, { mesh, reporter: tell(() => true), cancelKeys: keys }, injection).options,
      },
      sources,
      isChecked,
    );
    await side.start(
      createAmbassador({
        proxies: [complete],
        clock: systemClock,
        ownAddresses: systemNetwork({ platform: surroundings.platform }).ownAddresses,
        createEngine: side.createEngine,
        onEvent: side.onEvent,
      }),
    );
  }
}

/** As whom it carries; what becomes of the key, of memberships and of who is removed is followed as in any process of this machine. */
function enterMesh(
  path: string,
  surroundings: WorkerSurroundings,
  tell: (isTold: (fact: Fact) => boolean) => Reporter,
): Mesh | undefined {
  const readAgain = (): MeshRequest['ring'] => readKeys(path, surroundings);
  const request: MeshRequest = { path, ring: readAgain(), readAgain };
  const mesh = createMesh(request);
  if (mesh === undefined) return undefined;
  const silent = tell(() => false);
  followNotices(mesh, surroundings, silent);
  followKeyFile(mesh, request, silent);
  followMembership(
    mesh,
    request,
    surroundings.platform,
    tell(({ event }) => event === 'membership-renewed' || event === 'membership-not-kept'),
  );
  return mesh;
}
