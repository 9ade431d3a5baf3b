import type { Secret } from './secret.ts';

/** Where a secret comes from, over its rotations. */
export interface SecretSource {
  /** For people: the file's path, never what stands in it. */
  readonly name: string;
  readonly current: Secret;
  /**
   * What to try, in this order, each only once the one before was refused: the current secret; what is read again now, if that is
   * another; the one before, if there was a rotation, and after that the current one once more, since the service may have changed
   * between the two. Three at most. One iterator serves one login.
   */
  candidates(): AsyncGenerator<Secret, void, undefined>;
}
