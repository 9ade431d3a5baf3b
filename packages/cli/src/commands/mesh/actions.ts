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
/** Of these the words are names of machines. */
export type MachineAction = 'members' | 'remove' | 'rename';

export function isAboutMachines(action: MeshAction): action is MachineAction {
  return action === 'members' || action === 'remove' || action === 'rename';
}
