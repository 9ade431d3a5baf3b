export const MESH_ACTIONS = ['init', 'show', 'token', 'rotate'] as const;
export type MeshAction = (typeof MESH_ACTIONS)[number];
