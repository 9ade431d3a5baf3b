import { fileURLToPath } from 'node:url';
import type { CommandOptions, CommandResult, Host, HostProcess } from '@mdns-ambassador/testkit';

export const AMBASSADOR: string = fileURLToPath(new URL('../packages/cli/bin/ambassador.js', import.meta.url));

const PROGRAMS = new URL('./programs/', import.meta.url);

/** Runs the built command line to its end. */
export async function runAmbassador(
  host: Host,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return await host.run(process.execPath, [AMBASSADOR, ...args], options);
}

/**
 * What `list --json` prints, and tells in which order. A look takes two seconds; on a busy machine an answer may come later, so
 * what is expected to be there is looked for with `expect.poll`.
 */
export async function list<T = Record<string, unknown>>(host: Host, ...args: readonly string[]): Promise<readonly T[]> {
  return JSON.parse((await runAmbassador(host, ['list', '--json', ...args])).stdout);
}

/** Starts the built command line. */
export function spawnAmbassador(host: Host, args: readonly string[]): HostProcess {
  return host.spawn(process.execPath, [AMBASSADOR, ...args]);
}

/** Starts `announce` and waits until it says that it has announced. */
export async function announce(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  return await untilAnnounced(spawnAmbassador(host, ['announce', ...args]));
}

/** Starts `proxy` and waits until it listens. */
export async function proxy(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  return await untilListening(spawnAmbassador(host, ['proxy', ...args]));
}

/** As {@link announce}, of who knows `ambassador/1` alone: each client of a mesh has a connection of its own. */
export async function announceV1(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  return await untilAnnounced(spawnProgram(host, 'one-each', 'announce', ...args));
}

/** As {@link proxy}, of who knows `ambassador/1` alone: each client of a mesh has a connection of its own. */
export async function proxyV1(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  return await untilListening(spawnProgram(host, 'one-each', 'proxy', ...args));
}

async function untilAnnounced(announcing: HostProcess): Promise<HostProcess> {
  await announcing.line(/announced/i, { stream: 'stdout' });
  return announcing;
}

async function untilListening(proxying: HostProcess): Promise<HostProcess> {
  await proxying.line(/listening/i, { stream: 'stdout' });
  return proxying;
}

/** Starts a program of `test/programs` and waits for its first line, `ready`. */
export async function startProgram(host: Host, name: string, ...args: readonly string[]): Promise<HostProcess> {
  const program = spawnProgram(host, name, ...args);
  await program.line(/^ready/);
  return program;
}

export function spawnProgram(host: Host, name: string, ...args: readonly string[]): HostProcess {
  return host.spawn(process.execPath, [locateProgram(`${name}.mjs`), ...args]);
}

/** The path of a program of `test/programs`. */
export function locateProgram(file: string): string {
  return fileURLToPath(new URL(file, PROGRAMS));
}

/** Runs a program of `test/programs` to its end; what it printed, as JSON. */
export async function runProgram<T>(
  host: Host,
  name: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<T> {
  return JSON.parse(await host.read(process.execPath, [locateProgram(`${name}.mjs`), ...args], options));
}
