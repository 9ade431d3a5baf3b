import type { Host, HostProcess } from '@mdns-ambassador/testkit';

const FOLDER = '/run/named';
const ZONE_FILE = `${FOLDER}/zone`;
const DNS_PORT = 53;

/** A fixed secret: the control channel is open to the host's own loopback only. */
const KEY = 'key "control" { algorithm hmac-sha256; secret "bGFiIGNvbnRyb2wga2V5IG9mIHRoZSB0ZXN0cw=="; };';
const RNDC = `${KEY}\noptions { default-key "control"; default-server 127.0.0.1; };\n`;

export const ZONE = 'lab.test';

export interface NameServerOptions {
  /** Records change by `update` (RFC 2136) rather than by `replace`. */
  readonly isDynamic?: boolean;
}

/** BIND 9 on a host of the lab, with authority for {@link ZONE} alone. */
export class NameServer {
  readonly #host: Host;
  readonly #isDynamic: boolean;
  #process: HostProcess | undefined;
  #serial = 1;

  private constructor(host: Host, isDynamic: boolean) {
    this.#host = host;
    this.#isDynamic = isDynamic;
  }

  /** `records` as lines of a zone file: `_thing._tcp 2 SRV 0 10 7000 h1`. Resolves once it answers. */
  static async start(host: Host, records: readonly string[], options: NameServerOptions = {}): Promise<NameServer> {
    const server = new NameServer(host, options.isDynamic ?? false);
    await host.read('mkdir', ['-p', FOLDER]);
    await server.#write(`${FOLDER}/rndc.conf`, RNDC);
    await server.#write(`${FOLDER}/named.conf`, server.#configuration());
    await server.#writeZone(records);
    await server.restart();
    return server;
  }

  /** `10.99.0.1:53` */
  get address(): string {
    return `${this.#host.ip}:${DNS_PORT}`;
  }

  /** The zone is these records from now on. */
  async replace(records: readonly string[]): Promise<void> {
    await this.#writeZone(records);
    await this.#host.read('/usr/sbin/rndc', ['-c', `${FOLDER}/rndc.conf`, 'reload', ZONE]);
    await this.#process?.line(new RegExp(`zone ${ZONE}/IN: loaded serial ${this.#serial}$`));
  }

  /** Changes records by lines of nsupdate, all at once. */
  async update(lines: readonly string[]): Promise<void> {
    const input = [`server ${this.#host.ip} ${DNS_PORT}`, `zone ${ZONE}`, ...lines, 'send', ''].join('\n');
    await this.#host.read('nsupdate', [], { input });
  }

  /** A zone that does not load: the server answers SERVFAIL. */
  async restartBroken(): Promise<void> {
    await this.kill();
    await this.#write(ZONE_FILE, 'this is no zone\n');
    await this.restart();
  }

  /** Starts it with the zone as it was written last. */
  async restart(): Promise<void> {
    this.#process = this.#host.spawn('/usr/sbin/named', ['-g', '-c', `${FOLDER}/named.conf`]);
    await this.#process.line(/ running$/);
  }

  async kill(): Promise<void> {
    await this.#process?.stop('SIGKILL');
  }

  async writeZone(records: readonly string[]): Promise<void> {
    await this.#writeZone(records);
  }

  #configuration(): string {
    return `
      ${KEY}
      controls { inet 127.0.0.1 allow { 127.0.0.1; } keys { "control"; }; };
      options {
        directory "${FOLDER}"; pid-file none; session-keyfile "${FOLDER}/session.key"; managed-keys-directory "${FOLDER}";
        listen-on { any; }; listen-on-v6 { none; }; recursion no; notify no; dnssec-validation no; max-udp-size 1232;
      };
      zone "${ZONE}" { type primary; file "${ZONE_FILE}"; ${this.#isDynamic ? 'allow-update { any; };' : ''} };
    `;
  }

  async #writeZone(records: readonly string[]): Promise<void> {
    this.#serial += 1;
    const head = `$TTL 2\n$ORIGIN ${ZONE}.\n@ SOA ns hostmaster ${this.#serial} 60 60 3600 1\n@ NS ns\nns A ${this.#host.ip}\n`;
    await this.#write(ZONE_FILE, `${head}${records.join('\n')}\n`);
  }

  async #write(path: string, text: string): Promise<void> {
    await this.#host.read('tee', [path], { input: text });
  }
}
