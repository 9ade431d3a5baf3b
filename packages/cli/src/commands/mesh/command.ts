import type { Command } from '../command.ts';
import { MESH_ACTIONS } from './actions.ts';

export const meshCommand: Command = {
  name: 'mesh',
  usage: `${MESH_ACTIONS.join('|')} [FILE]`,
  summary:
    'Make and look after a mesh key: who has it is a member of the mesh, and members speak with members alone. FILE is --mesh-key-file, or ~/.config/ambassador/mesh.key.',
  options: [
    { name: 'announce', kind: 'text', summary: 'token: for announcing this service, and nothing else' },
    { name: 'proxy', kind: 'text', summary: 'token: for reaching this service, and nothing else' },
    {
      name: 'output',
      alias: 'o',
      kind: 'text',
      summary: 'token: FILE to write it to, which nobody else can read',
      byDefault: 'print it',
    },
    { name: 'drop-old', kind: 'flag', summary: 'rotate: accept the previous key no more' },
    { name: 'json', kind: 'flag', summary: 'show: print one JSON document' },
  ],
  examples: [
    ['mesh init', 'a new key, for you to copy to every machine of the mesh'],
    ['mesh show', 'which mesh is it? Never prints the key'],
    ['mesh token --proxy redis -o redis.token', 'what a machine needs that may only reach redis'],
    ['mesh rotate', 'a new key; the old one is accepted as well'],
    ['mesh rotate --drop-old', 'once every machine has the new key'],
  ],
  notes:
    'Copy the file itself (scp, a USB stick); keep its mode 0600. A token stands in a file of its own, which must keep mode 0600 as well, and is given as --mesh-key-file. Windows has no such modes: keep both where no other user can read. To rotate: rotate once, copy the file everywhere (running processes take it up, in any order), then rotate --drop-old and copy again. Tokens are to be printed anew each time.',
  run: async (invocation) => (await import('./run.ts')).manageMesh(invocation),
};
