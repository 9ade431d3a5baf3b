import type { Cause } from './cause.ts';

/** `ok`: nothing to do. `warning`: may be meant so, or may stop some of it. `problem`: it does not work. */
export type FindingStatus = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly check: CheckName;
  readonly status: FindingStatus;
  /** One sentence on what is the case. */
  readonly message: string;
  /** One sentence on what to do; empty where there is nothing. */
  readonly remedy: string;
  /** Between this machine and another: what is to blame, for programs. */
  readonly cause?: Cause | undefined;
  /** Between this machine and another: what was seen, each a few words. */
  readonly evidence?: readonly string[];
}

export type Verdict = Omit<Finding, 'check' | 'evidence'>;

type CheckName = MachineCheck | HostCheck;

/** Of this machine, in the order in which to read them. */
export type MachineCheck =
  | 'interfaces'
  | 'skipped'
  | 'port'
  | 'loopback'
  | 'firewall'
  | 'profile'
  | 'answers'
  | 'records'
  | 'route'
  | 'container'
  | 'ipv6'
  | 'clock'
  | 'mesh';

/** Between this machine and the one that was named. */
export type HostCheck = 'host' | 'path' | 'reach' | 'tcp' | 'back' | 'multicast' | 'membership' | 'clocks' | 'versions';

export function ok(message: string, remedy: string = ''): Verdict {
  return { status: 'ok', message, remedy };
}

export function warning(message: string, remedy: string, cause?: Cause): Verdict {
  return { status: 'warning', message, remedy, cause };
}

export function problem(message: string, remedy: string, cause?: Cause): Verdict {
  return { status: 'problem', message, remedy, cause };
}
