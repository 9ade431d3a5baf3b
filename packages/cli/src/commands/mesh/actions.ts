export const MESH_ACTIONS = ['invite', 'join', 'init', 'show', 'token', 'rotate'] as const;
export type MeshAction = (typeof MESH_ACTIONS)[number];
