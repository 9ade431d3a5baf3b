/** What an instance of the demo is told when it starts, as JSON in its first argument. */
export interface InstancePlan {
  readonly service: string;
  readonly name: string;
  /** Where the TCP service listens. */
  readonly address: string;
  /** Where it is announced; empty: on every interface that suits. */
  readonly interfaceNames: readonly string[];
}

/** What an instance tells the demo. */
export type InstanceMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'announced' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What it is told on systems that have no SIGTERM. */
export const LEAVE_ORDER = 'leave';

export function isInstanceMessage(message: unknown): message is InstanceMessage {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
