/** What active checks say of an endpoint. Without checks it is `passing`. */
export type EndpointHealth =
  /** Not looked at yet: nobody is sent there. */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'passing' }
  /** `reason` is for people. */
  | { readonly kind: 'failing'; readonly reason: string };

export const UNCHECKED: EndpointHealth = { kind: 'unchecked' };
export const PASSING: EndpointHealth = { kind: 'passing' };
