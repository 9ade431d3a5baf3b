export type { Prologue } from './prologue.ts';
export { RelayError } from './relay-error.ts';
export { formatTarget, type Target } from './target.ts';
