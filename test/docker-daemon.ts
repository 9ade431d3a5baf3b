import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandResult, Host, HostProcess } from '@mdns-ambassador/testkit';
import { locateProgram } from './ambassador.ts';

const DOCKER = '/usr/bin/docker';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READY_TIMEOUT_MS = 30_000;
const COMMAND_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Node and a shell. */
export const BASE_IMAGE = 'base';
/** The same with haproxy. */
export const HAPROXY_BASE_IMAGE = 'base-haproxy';
/** By the name that the examples know. */
export const REDIS_IMAGE = 'redis:7';
export const AMBASSADOR_IMAGE = 'ambassador';

/** A Docker daemon on a host of the lab: its containers, bridges and control groups are gone with it. */
export class DockerDaemon {
  readonly host: Host;
  readonly #folder: string;
  readonly #process: HostProcess;

  private constructor(host: Host, folder: string, process: HostProcess) {
    this.host = host;
    this.#folder = folder;
    this.#process = process;
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

  async run(...args: readonly string[]): Promise<CommandResult> {
    return await this.host.run(DOCKER, args, { timeout: COMMAND_TIMEOUT_MS });
  }

  /** `docker ARGS...` that goes on. */
  spawn(...args: readonly string[]): HostProcess {
    return this.host.spawn(DOCKER, args);
  }

  /** The images that other images and containers are made from. */
  async importBaseImages(): Promise<void> {
    await Promise.all([
      this.#importImage(BASE_IMAGE, 'NODE'),
      this.#importImage(HAPROXY_BASE_IMAGE, 'NODE', '/usr/sbin/haproxy'),
      this.#importImage(REDIS_IMAGE, '/usr/bin/redis-server', '/usr/bin/redis-cli'),
    ]);
  }

  /** Builds docker/Dockerfile; what the build said. */
  async buildImage(name: string = AMBASSADOR_IMAGE, ...flags: readonly string[]): Promise<string> {
    const args = ['--build-arg', `BASE=${BASE_IMAGE}`, '--build-arg', `HAPROXY_BASE=${HAPROXY_BASE_IMAGE}`];
    const options = { timeout: COMMAND_TIMEOUT_MS, env: { DOCKER_BUILDKIT: '0' } };
    const all = ['build', '-f', 'docker/Dockerfile', ...args, '-t', name, ...flags, '.'];
    return await this.host.read('sh', ['-c', 'cd "$1" && shift && exec "$@"', 'sh', ROOT, DOCKER, ...all], options);
  }

  /** No container is left. */
  async clear(): Promise<void> {
    const ids = (await this.docker('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '');
    if (ids.length > 0) await this.docker('rm', '--force', '--volumes', ...ids);
  }

  async close(): Promise<void> {
    await this.clear().catch(() => undefined);
    this.#process.stdin.end();
    const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#process.exited;
    clearTimeout(late);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #importImage(name: string, ...programs: readonly string[]): Promise<void> {
    const env = { NODE: process.execPath };
    const options = { timeout: COMMAND_TIMEOUT_MS, env };
    await this.host.read('sh', [locateProgram('base-image.sh'), name, ...programs], options);
  }

  async #awaitAnswer(): Promise<void> {
    const script = 'until docker version >/dev/null 2>&1; do sleep 0.1; done';
    const ended = this.#process.exited.then(() => {
      throw new Error(`dockerd ended:\n${this.#process.output}`);
    });
    await Promise.race([this.host.read('sh', ['-c', script], { timeout: READY_TIMEOUT_MS }), ended]);
  }
}
