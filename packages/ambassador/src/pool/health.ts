/** What active checks say of an endpoint. Without checks it is `passing`. */
export type Health =
  /** Not looked at yet: nobody is sent there. */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'passing' }
  /** `reason` is for people. */
  | { readonly kind: 'failing'; readonly reason: string };

export const UNCHECKED: Health = { kind: 'unchecked' };
export const PASSING: Health = { kind: 'passing' };
