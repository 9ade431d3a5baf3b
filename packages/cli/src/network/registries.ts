import { readSecret } from '@mdns-ambassador/credentials';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  createEnsembleSessions,
  createEtcdRegistry,
  createSystemTransport,
  createZooKeeperRegistry,
  type Registry,
} from '@mdns-ambassador/registries';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';
import type { Log } from '../output/log.ts';
import { formatRegistry, isReadOnTheWay, type RegistrySpec } from '../parse/registry.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { explainSecretErrors } from '../requests/secret-errors.ts';
import { listShelters } from '../requests/shelters.ts';

/** What is asked for of ZooKeeper: an entry whose process is gone ends after this. */
const SESSION_TIMEOUT_MS = 10_000;

/** A user, a colon, and a password on one line. */
const LOGIN = /^[^:\r\n]+:[^\r\n]+$/;

/** Opens the registries of one process. */
export class Registries {
  readonly #surroundings: Pick<Surroundings, 'env' | 'platform'>;
  readonly #log: Pick<Log, 'warn'>;
  /** Those of which it was said that the login can be read on the way. */
  readonly #warnedOf = new Set<string>();

  constructor(surroundings: Pick<Surroundings, 'env' | 'platform'>, log: Pick<Log, 'warn'>) {
    this.#surroundings = surroundings;
    this.#log = log;
  }

  /** A client of its own. Throws a CliError when the login can't be had. */
  open(spec: RegistrySpec): Registry {
    const shared = { clock: systemClock, random: Math.random, login: this.#openLogin(spec) };
    switch (spec.kind) {
      case 'zookeeper': {
        const { servers } = spec;
        const openSession = createEnsembleSessions({ ...shared, servers, sessionTimeoutMs: SESSION_TIMEOUT_MS });
        return createZooKeeperRegistry({ ...shared, openSession });
      }
      case 'etcd':
        return createEtcdRegistry({ ...shared, transport: createSystemTransport(spec.servers) });
      default:
        return spec satisfies never;
    }
  }

  /** What the file holds at each login; where it can't be read any more, what it held last. */
  #openLogin(spec: RegistrySpec): (() => string) | undefined {
    const { loginFile } = spec;
    if (loginFile === undefined) return undefined;
    let login = this.#readLogin(loginFile);
    let told = '';
    this.#warn(spec);
    return () => {
      try {
        login = this.#readLogin(loginFile);
        told = '';
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const { message: reason } = error;
        if (reason !== told) this.#log.warn({ reason }, 'the login of registries is kept as it was');
        told = reason;
      }
      return login;
    };
  }

  #readLogin(path: string): string {
    const { env, platform } = this.#surroundings;
    const secret = explainSecretErrors(() => readSecret(path, { shelters: listShelters(env), platform }));
    const login = secret.reveal().toString('utf8');
    if (LOGIN.test(login)) return login;
    throw new CliError(EXIT_CONFIG, `${path} holds something else than one line USER:PASSWORD; write that in it`);
  }

  #warn(spec: RegistrySpec): void {
    const registry = formatRegistry(spec);
    if (!isReadOnTheWay(spec) || this.#warnedOf.has(registry)) return;
    this.#warnedOf.add(registry);
    const advice =
      spec.kind === 'etcd' ? 'give it an https:// URL' : 'reach it by a tunnel, or give this user no rights elsewhere';
    this.#log.warn({ registry }, `the user and the password of a registry can be read on the way: ${advice}`);
  }
}
