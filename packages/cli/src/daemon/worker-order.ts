import type { MergeMode } from '@mdns-ambassador/ambassador';
import type { PlannedProxy } from '../requests/plan.ts';

/** What a worker is to do, as it is told first; as JSON. No secret is part of it: a worker reads files by itself. */
export interface WorkerOrder {
  readonly proxy: Pick<
    PlannedProxy,
    | 'service'
    | 'balance'
    | 'prefer'
    | 'connectTimeoutMs'
    | 'onEndpointLost'
    | 'drainTimeoutMs'
    | 'maxConnections'
    | 'faults'
    | 'injected'
    | 'acceptProxy'
    | 'sendProxy'
  >;
  readonly workers: number;
  /** The sockets to listen on are the descriptors from {@link FIRST_SOCKET} on. */
  readonly sockets: number;
  readonly sources: readonly string[];
  readonly merge: MergeMode;
  readonly isChecked: boolean;
  readonly wakes: boolean;
  readonly reportConnections: boolean;
  /** Absent: open mode. */
  readonly meshKeyFile?: string;
}

/** After the three of each process and the channel by which it is told. */
export const FIRST_SOCKET = 4;
