export const MESH_ACTIONS = [
  'invite',
  'join',
  'members',
  'remove',
  'rename',
  'init',
  'show',
  'token',
  'rotate',
] as const;
export type MeshAction = (typeof MESH_ACTIONS)[number];
