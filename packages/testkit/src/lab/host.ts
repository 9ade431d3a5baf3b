import { type CommandOptions, type CommandResult, runCommand } from './command.ts';
import { HostProcess, type SpawnOptions } from './host-process.ts';
import type { Namespace } from './namespace.ts';

/** A machine of the lab: its own network, host name and /run. */
export class Host {
  /** `h1` */
  readonly name: string;
  /** Its IPv4 address on the lab's first LAN. */
  readonly ip: string;
  readonly #namespace: Namespace;
  readonly #spawned: HostProcess[] = [];
  readonly #failed: string[] = [];

  constructor(name: string, ip: string, namespace: Namespace) {
    this.name = name;
    this.ip = ip;
    this.#namespace = namespace;
  }

  /** Everything spawned here so far, ended or not. */
  get spawned(): readonly HostProcess[] {
    return this.#spawned;
  }

  /** What has been run here and did not end with 0, and what it said. */
  get failed(): readonly string[] {
    return this.#failed;
  }

  /** Runs a command to its end, whatever its exit code. */
  async run(command: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
    const result = await runCommand(...this.#namespace.enter(command, args), options);
    if (result.code !== 0) this.#failed.push(describeEnd(this.#title(command, args), result));
    return result;
  }

  /** Runs a command that has to end with code 0; its standard output. */
  async read(command: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<string> {
    const result = await this.run(command, args, options);
    if (result.code !== 0) throw new Error(describeEnd(this.#title(command, args), result));
    return result.stdout;
  }

  /** Until this condition of the shell holds, which is looked at again and again; rejects when it does not in time. */
  async until(condition: string, options: CommandOptions = {}): Promise<void> {
    await this.read('sh', ['-c', `until ${condition}; do sleep 0.05; done`], options);
  }

  /** Starts a command that goes on while the test does. */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): HostProcess {
    const [entered, rest] = this.#namespace.enter(command, args);
    const spawned = new HostProcess(this.#title(command, args), entered, rest, options);
    this.#spawned.push(spawned);
    return spawned;
  }

  #title(command: string, args: readonly string[]): string {
    return `${this.name}$ ${[command, ...args].join(' ')}`;
  }
}

function describeEnd(title: string, { code, signal, stdout, stderr }: CommandResult): string {
  return `${title} ended with ${code ?? signal}: ${stdout}${stderr}`;
}
