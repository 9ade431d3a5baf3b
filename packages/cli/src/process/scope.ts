/** Whose a file is to be: a user's own, or the machine's. */
export type Scope = 'user' | 'system';
