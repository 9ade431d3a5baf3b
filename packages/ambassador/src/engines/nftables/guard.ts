import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { errorMessage, nameEnd } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../../ambassador-error.ts';
import { OPEN_STATES } from './flows.ts';
import { runNft } from './nft.ts';
import { untilEnded } from './nft-session.ts';
import { type ListeningPlace, writeGuard } from './rules.ts';

/** Whose tables are whose: `ambassador-PORT-CHANCE`, and with this suffix the one that guards. */
const PREFIX = 'ambassador-';
const SUFFIX = '-guard';
const SETTINGS = '/proc/sys/net/ipv4/conf';
/** nft takes it between quotes, and knows no escapes there. */
const INTERFACE = /^[^\s/"\\]+$/;

/**
 * Reads which settings are to be put back (`restore eth0`), until its input ends: ambassador has ended, however that was. `now`: it has
 * left nothing. Else what the kernel carries may finish, while the guard is there; then that goes: where another ambassador's is there,
 * in the transaction that has it put back these settings, else after they are put back. $1 nft, $2 the guard, $3 the seconds that there
 * are, $4 what an open client's socket looks like.
 */
const WATCHER = `
set -f
names=
while read -r word name; do
  case $word in
    restore) names="$names $name" ;;
    now) set -- "$1" "$2" 0 "$4" ;;
  esac
done
left=$3
while [ "$left" -gt 0 ] && grep -Eq "$4" /proc/net/tcp && "$1" list table ip "$2" >/dev/null; do sleep 1; left=$((left - 1)); done
find_handed() {
  "$1" list set ip "$2" restored | sed -n '/elements/,/}/p' | grep -o '"[^"]*"' | tr -d '"'
}
put_back() {
  names="$names $(find_handed "$1" "$2")"
  elements=
  for name in $names; do elements="$elements\\"$name\\", "; done
  for other in $("$1" list tables ip | sed -n 's/^table ip \\(${PREFIX}[0-9a-f-]*${SUFFIX}\\)$/\\1/p'); do
    [ "$other" = "$2" ] && continue
    handing="add set ip $other restored { type ifname; }"
    [ -n "$elements" ] && handing="$handing; add element ip $other restored { $elements }"
    "$1" "$handing; add table ip $2; delete table ip $2" && return
  done
  for name in $names $(find_handed "$1" "$2"); do echo 0 >"${SETTINGS}/$name/route_localnet"; done
  "$1" delete table ip "$2"
}
put_back "$1" "$2"
`;

export interface GuardOptions {
  readonly nft: string;
  /** The table that guards is this with a suffix. */
  readonly table: string;
  readonly listening: readonly ListeningPlace[];
  /** How long what is carried may go on when ambassador is killed. */
  readonly drainTimeoutMs: number;
  readonly onTrouble: (message: string) => void;
}

/** What became of what others had undone. */
export interface Kept {
  /** The guard's table was made anew. */
  readonly isRenewed: boolean;
  /** An interface is let through no more. */
  readonly isShut: boolean;
}

export function nameTable(port: number): string {
  return `${PREFIX}${port}-${randomBytes(4).toString('hex')}`;
}

/**
 * What lets the kernel send clients of 127.0.0.1 beyond this machine, and nobody else to 127.0.0.1: the setting `route_localnet` of the
 * interfaces that lead to endpoints, behind a rule that drops what comes from there for or as 127.0.0.0/8. Both are put back
 * when ambassador has ended, also after `kill -9`; where even the watcher was killed, by the next one that starts.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #watcher: ChildProcess;
  /** Interfaces that are let through; true: by us, or by another ambassador. */
  readonly #open = new Map<string, boolean>();
  /** Its table could not be made again. */
  #isMissing = false;
  #isClosed = false;

  private constructor(options: GuardOptions) {
    this.#options = options;
    const { nft, listening, drainTimeoutMs } = options;
    const seconds = `${Math.ceil(drainTimeoutMs / 1_000)}`;
    const sockets = `^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ (${listening.map(({ address, port }) => nameEnd(address, port)).join('|')}) (${OPEN_STATES.join('|')}) `;
    this.#watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', nft, this.table, seconds, sockets], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // A terminal's Ctrl-C is for ambassador.
      detached: true,
      cwd: '/',
    });
    this.#watcher.on('error', () => undefined);
    this.#watcher.stdin?.on('error', () => undefined);
  }

  /** Rejects with an AmbassadorError where nft does not obey. */
  static async start(options: GuardOptions): Promise<Guard> {
    const guard = new Guard(options);
    try {
      await runNft(options.nft, ['-f', '-'], `${writeGuard(guard.table)}\n`);
      await guard.#adopt();
      return guard;
    } catch (error) {
      await guard.close();
      throw error;
    }
  }

  get table(): string {
    return `${this.#options.table}${SUFFIX}`;
  }

  /** Lets clients out by this interface. Throws an AmbassadorError that says how the setting is made where it can't be from here. */
  async open(name: string): Promise<void> {
    if (this.#open.has(name)) return;
    if (!INTERFACE.test(name))
      throw new AmbassadorError('NFTABLES_FAILED', `engine nftables cannot use interface ${JSON.stringify(name)}`);
    if (readSetting('all') === '1') return;
    const isOpen = readSetting(name) === '1';
    const isOurs = !isOpen || (await this.#listOthers()).some(({ restored }) => restored.includes(name));
    if (isOurs) await this.#restoreLater([name]);
    if (!isOpen) letThrough(name);
    this.#open.set(name, isOurs);
  }

  /**
   * What others may have undone is done again: one that ended has put back what is needed still, or the tables were flushed. `isThere`:
   * whether the guard's is.
   */
  async keep(isThere: boolean): Promise<Kept> {
    const isRenewed = !isThere && (await this.renew());
    let isShut = false;
    for (const [name, isOurs] of this.#open) {
      try {
        if (readSetting(name) !== '0') continue;
        if (!isOurs) await this.#restoreLater([name]);
        this.#open.set(name, true);
        letThrough(name);
      } catch {
        // Who needs it opens it again, and hears what stands against it.
        this.#open.delete(name);
        isShut = true;
      }
    }
    return { isRenewed, isShut };
  }

  /** Once more, after something has removed it. Resolves with whether it is there; where it is not, that is told of once. */
  async renew(): Promise<boolean> {
    if (this.#isClosed) return false;
    const restored = [...this.#open].filter(([, isOurs]) => isOurs).map(([name]) => name);
    try {
      await runNft(
        this.#options.nft,
        ['-f', '-'],
        `${[writeGuard(this.table), ...this.#listRestored(restored)].join('; ')}\n`,
      );
      this.#isMissing = false;
    } catch (error) {
      if (!this.#isMissing) this.#options.onTrouble(errorMessage(error));
      this.#isMissing = true;
    }
    return !this.#isMissing;
  }

  /** Puts everything back at once. Resolves when it is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher.stdin?.end('now\n');
    await untilEnded(this.#watcher);
  }

  /** Takes over what one that was killed with its watcher has left. */
  async #adopt(): Promise<void> {
    const left = (await this.#listOthers()).filter(({ isAlone }) => isAlone);
    const restored = [...new Set(left.flatMap((other) => other.restored))];
    await this.#restoreLater(restored);
    for (const name of restored) this.#open.set(name, true);
    for (const { guard } of left) {
      // It may have gone meanwhile.
      await runNft(this.#options.nft, ['delete', 'table', 'ip', guard]).catch(() => undefined);
    }
  }

  async #restoreLater(names: readonly string[]): Promise<void> {
    for (const name of names) this.#watcher.stdin?.write(`restore ${name}\n`);
    for (const command of this.#listRestored(names)) await runNft(this.#options.nft, ['-f', '-'], `${command}\n`);
  }

  /** A command or none. */
  #listRestored(names: readonly string[]): readonly string[] {
    const elements = names.map((name) => `"${name}"`).join(', ');
    return names.length === 0 ? [] : [`add element ip ${this.table} restored { ${elements} }`];
  }

  async #listOthers(): Promise<readonly OtherGuard[]> {
    const { nft } = this.#options;
    const tables = parseTables(await runNft(nft, ['list', 'tables', 'ip']));
    const guards = tables.filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX) && name !== this.table);
    return await Promise.all(
      guards.map(async (guard) => ({
        guard,
        isAlone: !tables.includes(guard.slice(0, -SUFFIX.length)),
        restored: parseElements(await runNft(nft, ['list', 'set', 'ip', guard, 'restored']).catch(() => '')),
      })),
    );
  }
}

interface OtherGuard {
  readonly guard: string;
  /** Nobody sends clients behind it. */
  readonly isAlone: boolean;
  readonly restored: readonly string[];
}

/** Of `nft list tables ip`. */
export function parseTables(text: string): readonly string[] {
  return [...text.matchAll(/^table ip (\S+)/gm)].flatMap(([, name]) => name ?? []);
}

/** The names among the elements of a set. */
export function parseElements(text: string): readonly string[] {
  const [, elements = ''] = /elements = \{([^}]*)\}/.exec(text) ?? [];
  return [...elements.matchAll(/"([^"]+)"/g)].flatMap(([, name = '']) => (INTERFACE.test(name) ? [name] : []));
}

function readSetting(name: string): string {
  return readFileSync(`${SETTINGS}/${name}/route_localnet`, 'latin1').trim();
}

function letThrough(name: string): void {
  try {
    writeFileSync(`${SETTINGS}/${name}/route_localnet`, '1');
  } catch (cause) {
    throw new AmbassadorError(
      'NFTABLES_REFUSED',
      `engine nftables cannot set net.ipv4.conf.${name}.route_localnet=1; set it (Docker: --sysctl net.ipv4.conf.${name}.route_localnet=1), or write engine node`,
      { cause },
    );
  }
}
