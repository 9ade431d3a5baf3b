import type { EtcdAnswer, EtcdTransport } from '../../src/etcd/transport.ts';

interface Pair {
  readonly value: string;
  readonly lease: string | undefined;
  readonly revision: number;
}

interface Watcher {
  readonly from: string;
  readonly to: string;
  readonly onText: (text: string) => void;
  readonly end: (error?: Error) => void;
}

interface Change {
  readonly key: string;
  readonly revision: number;
  readonly pair: Pair | undefined;
}

interface Refused {
  readonly status: number;
  readonly code: number;
  readonly error: string;
}

/** As much of etcd's JSON gateway as its clients here use, in memory. Keys and values are in base64, as they travel. */
export class MemoryEtcd implements EtcdTransport {
  isDown = false;
  closed = 0;
  /** How often somebody tried to log in. */
  logins = 0;
  /** USER:PASSWORD of those who may ask; empty: everybody may. */
  readonly users = new Set<string>();
  /** Keys that begin with one of these, in clear text, may be read and written by nobody. */
  readonly forbidden = new Set<string>();
  readonly #tokens = new Set<string>();
  readonly #pairs = new Map<string, Pair>();
  readonly #leases = new Set<string>();
  readonly #watchers = new Set<Watcher>();
  #history: Change[] = [];
  #revision = 1;
  #compacted = 0;
  #nextLease = 7_587_900_000;

  get watches(): number {
    return this.#watchers.size;
  }

  get keys(): readonly string[] {
    return [...this.#pairs.keys()].map((key) => Buffer.from(key, 'base64').toString()).sort();
  }

  valueOf(key: string): string | undefined {
    const pair = this.#pairs.get(Buffer.from(key).toString('base64'));
    return pair === undefined ? undefined : Buffer.from(pair.value, 'base64').toString();
  }

  write(key: string, value: string): void {
    this.#put(Buffer.from(key).toString('base64'), Buffer.from(value).toString('base64'), undefined);
  }

  delete(key: string): void {
    this.#remove(Buffer.from(key).toString('base64'));
  }

  /** As a member does that is started anew, and for a user that was changed. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** Ends every watch, as a member does that leaves its cluster. */
  endWatches(): void {
    for (const watcher of [...this.#watchers]) watcher.end();
  }

  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** What hangs on them goes with them. */
  expireLeases(): void {
    for (const lease of [...this.#leases]) this.#revoke(lease);
  }

  /** Connections break; nobody answers until it is up again. */
  goDown(): void {
    this.isDown = true;
    for (const watcher of [...this.#watchers]) watcher.end(new Error('10.0.0.1:2379: read ECONNRESET'));
  }

  async ask(path: string, body: object, signal: AbortSignal, token?: string): Promise<EtcdAnswer> {
    signal.throwIfAborted();
    if (this.isDown) throw new Error('10.0.0.1:2379: connect ECONNREFUSED');
    const fields = body as Readonly<Record<string, string>>;
    const refusal = path === '/v3/auth/authenticate' ? this.#refuseLogin(fields) : this.#refuse(path, fields, token);
    if (refusal !== undefined) return { status: refusal.status, body: JSON.stringify(refusal) };
    return { status: 200, body: JSON.stringify(this.#answer(path, fields)) };
  }

  async stream(
    path: string,
    body: object,
    onText: (text: string) => void,
    signal: AbortSignal,
    token?: string,
  ): Promise<void> {
    signal.throwIfAborted();
    if (this.isDown || path !== '/v3/watch') throw new Error('10.0.0.1:2379: connect ECONNREFUSED');
    const { create_request: request } = body as { create_request: Readonly<Record<string, string>> };
    if (this.#refuse(path, request, token) !== undefined) {
      // etcd 3.4 has these words for a token that it does not know, too.
      const cancel_reason = 'rpc error: code = PermissionDenied desc = etcdserver: permission denied';
      onText(`${JSON.stringify({ result: { created: true, canceled: true, cancel_reason } })}\n`);
      return;
    }
    const since = Number(request.start_revision);
    await new Promise<void>((resolve, reject) => {
      const watcher: Watcher = {
        from: request.key ?? '',
        to: request.range_end ?? '',
        onText,
        end: (error) => {
          this.#watchers.delete(watcher);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      signal.addEventListener('abort', () => watcher.end(new Error('aborted')));
      this.#watchers.add(watcher);
      this.#tell(watcher, { header: { revision: String(this.#revision) }, created: true });
      if (since <= this.#compacted) {
        this.#tell(watcher, { canceled: true, compact_revision: String(this.#compacted) });
        watcher.end();
        return;
      }
      for (const change of this.#history) if (change.revision >= since) this.#tellChange(watcher, change);
    });
  }

  close(): void {
    this.closed += 1;
  }

  #refuseLogin({ name, password }: Readonly<Record<string, string>>): Refused | undefined {
    this.logins += 1;
    if (this.users.size === 0) return { status: 400, code: 9, error: 'etcdserver: authentication is not enabled' };
    if (this.users.has(`${name}:${password}`)) return undefined;
    return { status: 400, code: 3, error: 'etcdserver: authentication failed, invalid user ID or password' };
  }

  #refuse(
    path: string,
    { key = '' }: Readonly<Record<string, string>>,
    token: string | undefined,
  ): Refused | undefined {
    if (this.users.size === 0) return undefined;
    if (token !== undefined && !this.#tokens.has(token)) {
      return { status: 401, code: 16, error: 'etcdserver: invalid auth token' };
    }
    if (path.startsWith('/v3/lease/')) return undefined;
    if (token === undefined) return { status: 400, code: 3, error: 'etcdserver: user name is empty' };
    const text = Buffer.from(key, 'base64').toString();
    if (![...this.forbidden].some((place) => text.startsWith(place))) return undefined;
    return { status: 403, code: 7, error: 'etcdserver: permission denied' };
  }

  #answer(path: string, body: Readonly<Record<string, string>>): object {
    const header = { revision: String(this.#revision) };
    switch (path) {
      case '/v3/kv/range': {
        const { key = '', range_end: end } = body;
        const found = [...this.#pairs].filter(([name]) =>
          end === undefined ? name === key : isWithin(name, key, end),
        );
        return { header, kvs: found.map(([name, pair]) => describePair(name, pair)) };
      }
      case '/v3/kv/put':
        if (!this.#leases.has(body.lease ?? '')) return { error: 'requested lease not found' };
        this.#put(body.key ?? '', body.value ?? '', body.lease);
        return { header };
      case '/v3/kv/deleterange':
        this.#remove(body.key ?? '');
        return { header };
      case '/v3/auth/authenticate': {
        const token = `token-${this.logins}`;
        this.#tokens.add(token);
        return { header, token };
      }
      case '/v3/lease/grant':
        this.#nextLease += 1;
        this.#leases.add(String(this.#nextLease));
        return { header, ID: String(this.#nextLease), TTL: body.TTL };
      case '/v3/lease/keepalive':
        return { result: { header, ID: body.ID, ...(this.#leases.has(body.ID ?? '') ? { TTL: '10' } : {}) } };
      case '/v3/lease/revoke':
        this.#revoke(body.ID ?? '');
        return { header };
      default:
        throw new Error(`unknown path ${path}`);
    }
  }

  #put(key: string, value: string, lease: string | undefined): void {
    this.#revision += 1;
    this.#pairs.set(key, { value, lease, revision: this.#revision });
    this.#note({ key, revision: this.#revision, pair: this.#pairs.get(key) });
  }

  #remove(key: string): void {
    if (!this.#pairs.delete(key)) return;
    this.#revision += 1;
    this.#note({ key, revision: this.#revision, pair: undefined });
  }

  #revoke(lease: string): void {
    this.#leases.delete(lease);
    for (const [key, pair] of [...this.#pairs]) if (pair.lease === lease) this.#remove(key);
  }

  #note(change: Change): void {
    this.#history.push(change);
    for (const watcher of [...this.#watchers]) this.#tellChange(watcher, change);
  }

  #tellChange(watcher: Watcher, { key, revision, pair }: Change): void {
    if (!isWithin(key, watcher.from, watcher.to)) return;
    const gone = { type: 'DELETE', kv: { key, mod_revision: String(revision) } };
    const events = [pair === undefined ? gone : { kv: describePair(key, pair) }];
    this.#tell(watcher, { header: { revision: String(revision) }, events });
  }

  /** In pieces that end in the midst of a line. */
  #tell(watcher: Watcher, result: object): void {
    const text = `${JSON.stringify({ result })}\n`;
    watcher.onText(text.slice(0, 9));
    if (this.#watchers.has(watcher)) watcher.onText(text.slice(9));
  }
}

function describePair(key: string, pair: Pair): object {
  return { key, value: pair.value, mod_revision: String(pair.revision) };
}

function isWithin(key: string, from: string, to: string): boolean {
  const [at, first, last] = [key, from, to].map((text) => Buffer.from(text, 'base64'));
  return (
    at !== undefined && first !== undefined && last !== undefined && at.compare(first) >= 0 && at.compare(last) < 0
  );
}
