export const RESOLVE_FORMATS = ['address', 'env', 'srv'] as const;
export type ResolveFormat = (typeof RESOLVE_FORMATS)[number];
