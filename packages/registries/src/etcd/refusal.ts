import { describeFailure } from './message.ts';

/** What etcd means when it does not do what it was asked for. */
export interface EtcdRefusal {
  readonly kind: /** It wants to know who asks. */
    | 'no-user'
    /** It knows nobody of this name with this password. */
    | 'wrong-login'
    /** It takes this token no longer: it has expired, the server was started anew, or the user was changed. */
    | 'stale-token'
    /** This user may not do this. */
    | 'no-right'
    /** It has no users: everybody may do everything. */
    | 'no-authentication'
    | 'other';
  /** In etcd's words. */
  readonly reason: string;
}

/** What is asked of etcd, and where. */
export interface Deed {
  readonly right: 'read' | 'write';
  /** A key, or a prefix that ends in `/`. */
  readonly place: string;
}

/** Numbers of gRPC (`codes.PermissionDenied`, `codes.Unauthenticated`). */
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Words of etcd (`api/v3rpc/rpctypes/error.go`); its gateway has one number, 3, for several of them. */
const WORDS: readonly (readonly [EtcdRefusal['kind'], RegExp])[] = [
  ['no-user', /user name is empty/],
  ['wrong-login', /authentication failed/],
  ['stale-token', /invalid auth token|revision of auth store is old/],
  ['no-right', /permission denied/],
  ['no-authentication', /authentication is not enabled/],
];

const KINDS: ReadonlyMap<unknown, EtcdRefusal['kind']> = new Map([
  [PERMISSION_DENIED, 'no-right'],
  [UNAUTHENTICATED, 'stale-token'],
]);

/** Of a document that is no answer to what was asked. */
export function readRefusal(document: unknown): EtcdRefusal {
  const inner = readMember(document, 'error');
  // A stream of answers wraps its error.
  const told = typeof inner === 'object' && inner !== null ? inner : document;
  const reason = describeFailure(told);
  const kind = KINDS.get(readMember(told, 'code') ?? readMember(told, 'grpc_code'));
  return { kind: kind ?? recognize(reason), reason };
}

/** Of the words with which a watch was ended. */
export function readRefusalWords(reason: string): EtcdRefusal {
  return { kind: recognize(reason), reason };
}

/** Why it refuses, and what helps, in one sentence. */
export function describeRefusal({ kind, reason }: EtcdRefusal, deed: Deed | undefined): string {
  switch (kind) {
    case 'no-user':
      return 'etcd wants to know who asks; write USER:PASSWORD in a file, and name the file with --registry-login-file';
    case 'wrong-login':
      return 'etcd refuses this user and password; write those of a user that it knows in the file of --registry-login-file';
    case 'no-right':
      return deed === undefined
        ? `etcd refuses (${reason})`
        : `this user may not ${deed.right} ${deed.place} (permission denied); grant it to one of its roles, or name another user with --registry-login-file`;
    case 'stale-token':
    case 'no-authentication':
    case 'other':
      return `etcd refuses (${reason})`;
    default:
      return kind satisfies never;
  }
}

function recognize(reason: string): EtcdRefusal['kind'] {
  return WORDS.find(([, words]) => words.test(reason))?.[0] ?? 'other';
}

function readMember(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
