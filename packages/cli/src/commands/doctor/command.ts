import type { Command } from '../command.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[HOST[:PORT]]',
  summary:
    'Find out what stops discovery on this machine, or between it and HOST (a name or an address), and what to do about it. Takes some seconds.',
  options: [
    {
      name: 'self-test',
      kind: 'flag',
      summary:
        'Announce, find, connect, reset, sleep and leave with real sockets on loopback, or on --interface NAME, and print a report without names or addresses, for an issue',
    },
    {
      name: 'json',
      kind: 'flag',
      summary: 'Print one JSON array of {check, status, message, remedy}, of HOST also {cause, evidence}',
    },
  ],
  examples: [
    ['doctor', 'look at every interface that would be used'],
    ['doctor --interface wlan0', 'at this one'],
    ['doctor 192.168.7.20', 'at what is between this machine and that one'],
    ['doctor --self-test', 'a report to be pasted into an issue'],
    ['doctor --json', 'for programs'],
  ],
  notes: `Of HOST it asks by every way (multicast, UDP, TCP), and more where an ambassador there listens for peers. PORT is where it does: 5350 unless said.

status is ok, warning or problem; cause is a word such as client-isolation, firewall-here, firewall-there, igmp-snooping, vpn-route or other-mesh, and there where status is not ok. With --self-test, --json prints one object of {version, node, platform, release, arch, on, interfaces, steps}.

Exit code 69 when a problem was found, or a step failed; warnings alone end with 0.`,
  run: async (invocation) => (await import('./run.ts')).runDoctor(invocation),
};
