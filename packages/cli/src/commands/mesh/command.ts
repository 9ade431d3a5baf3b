import type { Command } from '../command.ts';
import { MESH_ACTIONS } from './actions.ts';

export const meshCommand: Command = {
  name: 'mesh',
  usage: `${MESH_ACTIONS.join('|')} [FILE|NAME...]`,
  summary:
    'Make and look after a mesh: who has its key is a keeper and lets other machines in as members; they speak with one another alone. FILE is --mesh-key-file, or ~/.config/ambassador/mesh.key.',
  options: [
    {
      name: 'announce',
      kind: 'list',
      summary: 'invite, token: for announcing this service, and nothing else',
      names: 'services',
    },
    {
      name: 'proxy',
      kind: 'list',
      summary: 'invite, token: for reaching this service, and nothing else',
      names: 'services',
    },
    { name: 'for', kind: 'text', summary: 'invite: how long it waits', byDefault: '10m' },
    {
      name: 'at',
      kind: 'text',
      summary: 'join: HOST[:PORT] of the machine that invites, where multicast does not go',
      byDefault: 'found by mDNS, asked of each --peer, or of machines met before',
    },
    {
      name: 'name',
      kind: 'text',
      summary: 'join: what this machine is called in the mesh',
      byDefault: 'its host name',
    },
    {
      name: 'output',
      alias: 'o',
      kind: 'text',
      summary: 'token: FILE to write it to, which nobody else can read',
      byDefault: 'print it',
    },
    { name: 'drop-old', kind: 'flag', summary: 'rotate: accept the previous key no more' },
    { name: 'undo', kind: 'flag', summary: 'remove: let the machine in again' },
    { name: 'json', kind: 'flag', summary: 'show, members: print one JSON document' },
  ],
  examples: [
    ['mesh invite', 'lets one machine in; shows the code to type there, and makes the mesh where there is none'],
    ['mesh join', 'on the other machine: asks for the code'],
    ['mesh invite --proxy redis', 'a machine that may reach redis and nothing else'],
    ['mesh join 7-tiger-velvet-orbit --at 10.0.0.5', 'where multicast does not go'],
    ['mesh init', 'a new key, without inviting anybody yet'],
    ['mesh show', 'which mesh is it? Never prints the key'],
    ['mesh token --proxy redis -o redis.token', 'what a machine needs that may only reach redis'],
    ['mesh rotate', 'a new key; the old one is accepted as well'],
    ['mesh rotate --drop-old', 'once every keeper has the new key, and every member has met one'],
    ['mesh members', 'which machines are there, what may they do, when were they seen?'],
    ['mesh remove laptop', 'all machines refuse it from now on; --undo takes that back'],
    ['mesh rename laptop toms-laptop', 'what it is called in the mesh'],
  ],
  notes:
    'What mesh join wrote is for one machine, and is copied nowhere. The file with the mesh key makes another machine a keeper where it is copied to (scp, a USB stick); keep its mode 0600. A token stands in a file of its own, which must keep mode 0600 as well, and is given as --mesh-key-file. Windows has no such modes: keep both where no other user can read. To rotate: rotate once, copy the file to every other keeper (running processes take it up, in any order; members are given theirs by a keeper that they meet), then rotate --drop-old and copy again. Tokens are to be printed anew each time.',
  run: async (invocation) => (await import('./run.ts')).manageMesh(invocation),
};
