import type { Endpoint, EndpointState } from './endpoint.ts';

/** A past-tense fact about one endpoint; `reason` is for people. */
export type PoolEvent =
  | { readonly kind: 'added'; readonly endpoint: Endpoint; readonly state: EndpointState }
  /** `movedFrom`: what it was; it can be dialled elsewhere now. */
  | {
      readonly kind: 'updated';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
      readonly movedFrom?: Endpoint;
    }
  /** `state`: in which it left. `isLost` false: nothing happened to it, another endpoint stands in its place. */
  | {
      readonly kind: 'removed';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
      readonly reason: string;
      readonly isLost: boolean;
    }
  | {
      readonly kind: 'state-changed';
      readonly endpoint: Endpoint;
      readonly from: EndpointState;
      readonly state: EndpointState;
      readonly reason: string;
    }
  /** It answers, and its check says that it is not to be used: it is lost as if it had left. */
  | { readonly kind: 'declined'; readonly endpoint: Endpoint; readonly reason: string }
  /** Its check met silence: what it carries would wait for as long as that lasts. */
  | { readonly kind: 'died'; readonly endpoint: Endpoint; readonly reason: string };
