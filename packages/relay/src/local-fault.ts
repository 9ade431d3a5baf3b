/** This machine is out of files, ports or memory, or its own firewall forbids it: nothing that the peer did. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EAGAIN',
  'ENOBUFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
  'ENETDOWN',
]);

/** Whether the code of a dial that failed speaks of this machine alone. */
export function isLocalFault(code: string): boolean {
  return LOCAL_CODES.has(code);
}
