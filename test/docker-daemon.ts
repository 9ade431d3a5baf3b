import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { locateProgram } from './ambassador.ts';

const DOCKER = '/usr/bin/docker';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Limits against hanging, for a machine that is busy with other things. */
const READY_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 120_000;
const BUILD_TIMEOUT_MS = 280_000;
const STOP_TIMEOUT_MS = 60_000;

/** Node and a shell. */
export const BASE_IMAGE = 'base';
/** haproxy alone. */
const HAPROXY_FILES = 'haproxy-files';
const HAPROXY_BASE_IMAGE = 'base-haproxy';
/** By the name that the examples know. */
export const REDIS_IMAGE = 'redis:7';
export const AMBASSADOR_IMAGE = 'ambassador';
export const AMBASSADOR_HAPROXY_IMAGE = 'ambassador:haproxy';

/** A Docker daemon on a host of the lab: its containers, bridges and control groups are gone with it. */
export class DockerDaemon {
  readonly host: Host;
  readonly process: HostProcess;
  readonly #folder: string;

  private constructor(host: Host, folder: string, process: HostProcess) {
    this.host = host;
    this.#folder = folder;
    this.process = process;
  }

  /** Resolves once it answers. */
  static async start(host: Host): Promise<DockerDaemon> {
    const folder = await mkdtemp(join(tmpdir(), 'ambassador-docker-'));
    const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const script = ['sh', locateProgram('dockerd.sh'), basename(folder), folder];
    const process = host.spawn('unshare', [...namespaces, ...script]);
    const daemon = new DockerDaemon(host, folder, process);
    try {
      await daemon.#awaitAnswer();
    } catch (error) {
      await daemon.close();
      throw error;
    }
    return daemon;
  }

  /** Runs `docker` on the host; it has to succeed. */
  async docker(...args: readonly string[]): Promise<string> {
    return (await this.host.read(DOCKER, args, { timeout: COMMAND_TIMEOUT_MS })).trim();
  }

  /** What a container has printed, on either stream. */
  async logs(name: string): Promise<string> {
    return await this.host.read('sh', ['-c', `${DOCKER} logs "$1" 2>&1`, 'sh', name], { timeout: COMMAND_TIMEOUT_MS });
  }

  /** Images that containers of the tests run, made of programs of this machine: no registry is asked. */
  async importBaseImages(): Promise<void> {
    await this.#importImage(BASE_IMAGE, 'NODE');
    await this.#importImage(REDIS_IMAGE, '/usr/bin/redis-server', '/usr/bin/redis-cli');
  }

  /** Builds docker/Dockerfile, both variants. */
  async buildImages(): Promise<void> {
    await this.#importImage(HAPROXY_FILES, '/usr/sbin/haproxy');
    await this.#build(HAPROXY_BASE_IMAGE, ['-'], `FROM ${BASE_IMAGE}\nCOPY --from=${HAPROXY_FILES} / /\n`);
    const bases = ['--build-arg', `BASE=${BASE_IMAGE}`, '--build-arg', `HAPROXY_BASE=${HAPROXY_BASE_IMAGE}`];
    const source = ['--file', `${ROOT}docker/Dockerfile`, ...bases];
    await this.#build(AMBASSADOR_IMAGE, [...source, ROOT]);
    await this.#build(AMBASSADOR_HAPROXY_IMAGE, [...source, '--target', 'haproxy', ROOT]);
  }

  /** No container is left, and no network of containers. */
  async clear(): Promise<void> {
    const ids = (await this.docker('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '');
    if (ids.length > 0) await this.docker('rm', '--force', '--volumes', ...ids);
    await this.docker('network', 'prune', '--force');
  }

  async close(): Promise<void> {
    await this.clear().catch(() => undefined);
    this.process.stdin.end();
    const late = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.process.exited;
    clearTimeout(late);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #build(name: string, what: readonly string[], input?: string): Promise<void> {
    const options = {
      timeout: BUILD_TIMEOUT_MS,
      env: { DOCKER_BUILDKIT: '0' },
      ...(input === undefined ? {} : { input }),
    };
    const group = ['--cgroup-parent', `/${basename(this.#folder)}`];
    await this.host.read(DOCKER, ['build', '--quiet', ...group, '--tag', name, ...what], options);
  }

  async #importImage(name: string, ...programs: readonly string[]): Promise<void> {
    const env = { NODE: process.execPath };
    const options = { timeout: COMMAND_TIMEOUT_MS, env };
    await this.host.read('sh', [locateProgram('base-image.sh'), name, ...programs], options);
  }

  async #awaitAnswer(): Promise<void> {
    const script = `until ${DOCKER} version >/dev/null 2>&1; do sleep 0.1; done`;
    const ended = this.process.exited.then(() => {
      throw new Error(`dockerd ended:\n${this.process.output}`);
    });
    await Promise.race([this.host.read('sh', ['-c', script], { timeout: READY_TIMEOUT_MS }), ended]);
  }
}
