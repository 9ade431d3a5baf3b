import { once } from 'node:events';
import { Announcer, createSystemHost } from '@mdns-ambassador/announcer';
import { announceAs, systemClock } from '@mdns-ambassador/mdns';
import { errorMessage, Room } from '@mdns-ambassador/relay';
import { createLocalNetwork } from '../../network/local-network.ts';
import { listenForSignals } from '../../process/signals.ts';
import { type InstanceMessage, type InstancePlan, LEAVE_ORDER } from './instance-plan.ts';
import { createLineService } from './line-service.ts';

/** Kept after the goodbye, as every service that others still connect to. */
const GRACE_MS = 2_000;
const CHECK_INTERVAL_MS = 1_000;
const MAX_CONNECTIONS = 1_000;

/** One instance of the demo: a process of its own, with a real service that it announces. It never outlives the demo. */
async function runInstance(plan: InstancePlan): Promise<void> {
  const { platform } = process;
  const service = createLineService(plan.name);
  service.listen(0, plan.address);
  await once(service, 'listening');
  const address = service.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  tell({ kind: 'listening', port });
  const { node, network } = createLocalNetwork(plan.interfaceNames, platform, () => undefined);
  await node.start();
  const announcer = new Announcer({
    announcements: [
      {
        service: plan.service,
        instance: plan.name,
        ...announceAs(plan.service),
        subtypes: [],
        port,
        priority: 0,
        weight: 0,
        txt: new Map(),
        check: { kind: 'tcp' },
        checkIntervalMs: CHECK_INTERVAL_MS,
        rise: 1,
        fall: 1,
        relay: false,
      },
    ],
    publisher: node,
    clock: systemClock,
    random: Math.random,
    identity: plan.name,
    host: createSystemHost({
      platform,
      environment: process.env,
      kill: (pid, signal) => process.kill(pid, signal),
      interfaces: () => network.interfaces(),
      room: new Room(MAX_CONNECTIONS),
    }),
    onEvent: (event) => {
      if (event.kind === 'announced') tell({ kind: 'announced' });
      if (event.kind === 'refused') tell({ kind: 'failed', reason: event.error.message });
    },
  });
  let isLeaving = false;
  const leave = async (): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    await announcer.drain({ graceMs: GRACE_MS, timeoutMs: GRACE_MS });
    await node.close();
    process.exit(0);
  };
  const signals = { exit: (code: number) => process.exit(code), isAttached: false, hasTerminal: () => false };
  listenForSignals(process, signals).delegate((signal) => {
    if (signal !== 'SIGWINCH') void leave();
  });
  process.on('message', (order) => {
    if (order === LEAVE_ORDER) void leave();
  });
  await announcer.start();
}

function tell(message: InstanceMessage): void {
  process.send?.(message);
}

process.on('disconnect', () => process.exit(0));
const plan: InstancePlan = JSON.parse(process.argv[2] ?? '{}');
void runInstance(plan).catch((error: unknown) => tell({ kind: 'failed', reason: errorMessage(error) }));
