import type { Duplex } from 'node:stream';
import type { Clock, MdnsNode } from '@mdns-ambassador/mdns';
import { type Examiner, encodeLine, PROBE_TYPE } from '@mdns-ambassador/peers';
import { type DialOptions, errorCode, type Target } from '@mdns-ambassador/relay';

/** Probing and announcing take a second and more (RFC 6762 8.1). */
const MULTICAST_MS = 4_000;
/** The asker hears an announcement that is said twice, a second apart (RFC 6762 8.3). */
const HELD_MS = 1_500;
const DIAL_MS = 3_000;
/** RFC 863: nobody is to connect to a probe. */
const DISCARD_PORT = 9;

export interface ExaminerOptions {
  /** The mDNS stack itself: what it announces here is told to no peer. */
  readonly node: MdnsNode;
  readonly clock: Clock;
  /** As relay's `dial`. */
  readonly dial: (target: Target, options: DialOptions) => Promise<Duplex>;
  readonly version: string;
  readonly platform: string;
  readonly meshes: () => readonly string[];
}

type ExaminationOutcome = { readonly result: 'done'; readonly interfaces?: readonly string[] } | ExaminationFailure;
type ExaminationFailure = { readonly result: 'failed'; readonly reason: string };

/** Shows who asks (`ambassador doctor HOST`) whether he is reached from here, and heard: on our links, and at the address that he asks from. */
export function createExaminer(options: ExaminerOptions): Examiner {
  const { clock, version, platform, meshes } = options;
  return {
    async examine({ id, ways, port }, asker, tell) {
      tell({ kind: 'facts', id, version, platform, meshes: meshes(), wall: Math.round(clock.wallClock()), asker });
      const look = {
        multicast: () => announce(options, id),
        hear: () => hear(options, id),
        dial: () => call(options, asker, port, id),
      };
      await Promise.all(ways.map(async (way) => tell({ kind: 'outcome', id, way, ...(await look[way]()) })));
    },
  };
}

async function announce({ node, clock }: ExaminerOptions, id: string): Promise<ExaminationOutcome> {
  return new Promise((resolve) => {
    const publication = node.publish({ name: id, type: PROBE_TYPE, port: DISCARD_PORT }, (event) => {
      if (event.kind !== 'announced' || event.interfaces.length === 0) return;
      cancel();
      clock.after(HELD_MS, () => void publication.close());
      resolve({ result: 'done', interfaces: event.interfaces });
    });
    const cancel = clock.after(MULTICAST_MS, () => {
      void publication.close();
      resolve({ result: 'failed', reason: 'nothing could be announced by mDNS' });
    });
  });
}

async function hear({ node, clock }: ExaminerOptions, id: string): Promise<ExaminationOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: ExaminationOutcome): void => {
      cancel();
      browse.close();
      resolve(outcome);
    };
    const browse = node.browse({ type: PROBE_TYPE }, (event) => {
      if (event.kind === 'removed' || event.instance.name !== id) return;
      end({ result: 'done', interfaces: [...new Set(event.instance.addresses.map((one) => one.interfaceName))] });
    });
    const cancel = clock.after(MULTICAST_MS, () => end({ result: 'failed', reason: 'nothing was heard by mDNS' }));
  });
}

async function call(
  { dial, clock }: ExaminerOptions,
  address: string,
  port: number | undefined,
  id: string,
): Promise<ExaminationOutcome> {
  if (port === undefined) return { result: 'failed', reason: 'no port was named' };
  try {
    const socket = await dial({ kind: 'tcp', address, port }, { timeoutMs: DIAL_MS });
    socket.on('error', () => undefined).resume();
    socket.end(encodeLine({ kind: 'dialled', id }));
    clock.after(DIAL_MS, () => socket.destroy());
    return { result: 'done' };
  } catch (error) {
    return { result: 'failed', reason: errorCode(error) };
  }
}
