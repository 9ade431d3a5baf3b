import type { Name } from './name.ts';
import type { ResourceRecord } from './record.ts';

export interface Question {
  readonly name: Name;
  /** A code of TYPE_CODES, TYPE_ANY, or any other. */
  readonly type: number;
  /** The QU bit: a unicast answer is welcome (RFC 6762 5.4). */
  readonly unicast: boolean;
  /** Of class ANY; otherwise IN. Both mean the same here, but a legacy resolver wants its question back (RFC 6762 6.7). */
  readonly anyClass?: true;
}

/** A DNS message with what mDNS makes of the header (RFC 6762 18). */
export interface Message {
  /** 0 except in legacy unicast (RFC 6762 6.7, 18.1). */
  readonly id: number;
  readonly kind: 'query' | 'response';
  /** TC: more known answers follow (RFC 6762 7.2). */
  readonly truncated: boolean;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** A query that says nothing: what other messages begin with. */
export const EMPTY_QUERY: Message = {
  id: 0,
  kind: 'query',
  truncated: false,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};
