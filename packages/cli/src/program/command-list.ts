import type { Command } from '../commands/command.ts';

/** A command as the program knows it before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Loaded one by one, so that help is quick. */
export const COMMAND_LIST: readonly CommandEntry[] = [
  {
    name: 'announce',
    summary: 'Tell this network about services on this machine',
    load: async () => (await import('../commands/announce/command.ts')).announceCommand,
  },
  {
    name: 'proxy',
    summary: 'Listen on localhost and carry connections to services on this network',
    load: async () => (await import('../commands/proxy/command.ts')).proxyCommand,
  },
  {
    name: 'run',
    summary: 'Run a command that finds services of this network in its environment',
    load: async () => (await import('../commands/run/command.ts')).runCommand,
  },
  {
    name: 'status',
    summary: 'Show what is announced and proxied on this machine, and whether it is ready',
    load: async () => (await import('../commands/status/command.ts')).statusCommand,
  },
  {
    name: 'top',
    summary: 'Watch it live: clients, connections and bytes a second',
    load: async () => (await import('../commands/top/command.ts')).topCommand,
  },
  {
    name: 'list',
    summary: 'Show which services are on this network',
    load: async () => (await import('../commands/list/command.ts')).listCommand,
  },
  {
    name: 'resolve',
    summary: 'Print the addresses of a service, for scripts',
    load: async () => (await import('../commands/resolve/command.ts')).resolveCommand,
  },
  {
    name: 'render',
    summary: 'Write the configuration of haproxy or nginx, or a file of variables',
    load: async () => (await import('../commands/render/command.ts')).renderCommand,
  },
  {
    name: 'up',
    summary: 'Announce and proxy everything in ambassador.yaml, and follow its changes',
    load: async () => (await import('../commands/up/command.ts')).upCommand,
  },
  {
    name: 'service',
    summary: 'Have this machine run up by itself, after each start',
    load: async () => (await import('../commands/service/command.ts')).serviceCommand,
  },
  {
    name: 'mesh',
    summary: 'Make the key of a mesh that strangers cannot enter, and look after it',
    load: async () => (await import('../commands/mesh/command.ts')).meshCommand,
  },
  {
    name: 'agent',
    summary: 'Tell containers on this host what is on the network',
    load: async () => (await import('../commands/agent/command.ts')).agentCommand,
  },
  {
    name: 'doctor',
    summary: 'Find out what stops discovery on this machine, or between it and another',
    load: async () => (await import('../commands/doctor/command.ts')).doctorCommand,
  },
  {
    name: 'dns',
    summary: 'Give services names that every program can look up: redis.ambassador.internal',
    load: async () => (await import('../commands/dns/command.ts')).dnsCommand,
  },
  {
    name: 'demo',
    summary: 'See it all work on this machine alone, in 20 seconds',
    load: async () => (await import('../commands/demo/command.ts')).demoCommand,
  },
  {
    name: 'completion',
    summary: 'Complete words with Tab, in bash, zsh, fish and PowerShell',
    load: async () => (await import('../commands/completion/command.ts')).completionCommand,
  },
];
