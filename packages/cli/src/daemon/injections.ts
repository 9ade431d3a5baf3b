import {
  type CancelKeys,
  type Credential,
  type CredentialEvent,
  createInjection,
  type HolderRules,
  type Injection,
  type InjectionContext,
  judgeHolder,
  SecretFile,
  type SecretFileEvent,
  type TargetTls,
} from '@mdns-ambassador/credentials';
import { systemClock } from '@mdns-ambassador/mdns';
import { type Destination, omitUndefined, readInputFile } from '@mdns-ambassador/relay';
import type { CredentialRequest, TlsRequest } from '../config/credential-request.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import { describeCredentialEvent, describeSecretEvent } from '../output/credential-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { explainSecretErrors } from '../requests/secret-errors.ts';
import { listShelters } from '../requests/shelters.ts';
import { findSecretPath } from './secret-path.ts';
import { watchFile } from './watch-file.ts';

/** All the authorities of a system. */
const MAX_CA_BYTES = 4 * 1024 * 1024;

/** Where nothing tells of a change: network file systems, links behind links. */
const POLL_INTERVAL_MS = 30_000;
/** Endpoints of these sources were written down by whoever runs this. */
const WRITTEN_SOURCES = /^(static|dns|srv|file)\b/;

/** An injection with its secret, watched until it is closed. */
export interface OpenInjection extends Injection {
  /** Idempotent. */
  close(): void;
}

export interface InjectionWork {
  readonly service: string;
  readonly credentials: CredentialRequest;
  /** Also toward endpoints that are written down and prove nothing. */
  readonly isInsecure: boolean;
  /** Where other processes carry for the same clients. Absent: none do. */
  readonly cancelKeys?: CancelKeys;
}

/** The secrets of this process, and what is made of them. */
export class Injections {
  readonly #surroundings: Pick<Surroundings, 'env' | 'platform'>;
  readonly #reporter: Reporter;
  readonly #files = new Set<SecretFile>();
  readonly #followers = new Set<() => void>();

  constructor(surroundings: Pick<Surroundings, 'env' | 'platform'>, reporter: Reporter) {
    this.#surroundings = surroundings;
    this.#reporter = reporter;
  }

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  /** Reads every secret again, as SIGHUP asks for. */
  refresh(): void {
    for (const file of this.#files) file.refresh();
    for (const follow of this.#followers) follow();
  }

  /** Calls this, too, when secrets are to be read again; until the returned function is called. */
  follow(refresh: () => void): () => void {
    this.#followers.add(refresh);
    return () => void this.#followers.delete(refresh);
  }

  /** Throws a CliError when the secret or a certificate can't be had. */
  open({ service, credentials, isInsecure, cancelKeys }: InjectionWork): OpenInjection {
    const { file, close } = this.#openSecret(credentials, service);
    const { serviceUid } = credentials;
    const { platform } = this.#surroundings;
    const rules: HolderRules = { platform, uid: process.geteuid?.(), ...omitUndefined({ serviceUid }) };
    const context: InjectionContext = {
      now: () => systemClock.now(),
      onEvent: (event) => this.#tell(service, event),
      holderOf: (upstream) => judgeHolder(upstream, rules),
      trusts: ({ source }: Destination) => isInsecure && source !== undefined && WRITTEN_SOURCES.test(source),
      ...omitUndefined({ cancelKeys }),
    };
    return { ...createInjection(toCredential(credentials, file), context), close };
  }

  #openSecret(
    { secret }: CredentialRequest,
    service: string,
  ): { readonly file: SecretFile; readonly close: () => void } {
    const { env, platform } = this.#surroundings;
    const path = findSecretPath(secret, env);
    const file = explainSecretErrors(() =>
      SecretFile.open(path, {
        shelters: listShelters(env),
        platform,
        onEvent: (event) => this.#tellSecret(service, event),
      }),
    );
    this.#files.add(file);
    const unwatch = watchFile(
      path,
      systemClock,
      () => file.refresh(),
      // It is still looked at now and then.
      () => undefined,
    );
    let cancel = (): void => undefined;
    const poll = (): void => {
      file.refresh();
      cancel = systemClock.after(POLL_INTERVAL_MS, poll);
    };
    cancel = systemClock.after(POLL_INTERVAL_MS, poll);
    return {
      file,
      close: () => {
        unwatch();
        cancel();
        this.#files.delete(file);
      },
    };
  }

  #tell(service: string, event: CredentialEvent): void {
    const { kind, ...fields } = event;
    this.#reporter.tell(describeCredentialEvent(service, event), { event: `credentials-${kind}`, service, ...fields });
  }

  #tellSecret(service: string, event: SecretFileEvent): void {
    const { kind, ...fields } = event;
    this.#reporter.tell(describeSecretEvent(service, event), { event: kind, service, ...fields });
  }
}

function toCredential(request: CredentialRequest, file: SecretFile): Credential {
  const { secret: _, serviceUid: __, tls: wanted, ...said } = request;
  const tls = wanted === undefined ? {} : { tls: readTls(wanted) };
  if (said.protocol === 'http' && said.scheme === 'bearer') return { ...said, token: file, ...tls };
  return { ...said, password: file, ...tls };
}

function readTls({ caFile, serverName }: TlsRequest): TargetTls {
  if (caFile === undefined) return { serverName };
  try {
    return { serverName, ca: readInputFile(caFile, { maxBytes: MAX_CA_BYTES }).toString('utf8') };
  } catch (cause) {
    throw new CliError(EXIT_NO_INPUT, `${caFile} can't be read; write the path of PEM certificates as caFile`, {
      cause,
    });
  }
}
