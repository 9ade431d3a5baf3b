import type { Option } from './option.ts';

/** What all share that write into a registry or read one. */
export const REGISTRY_LOGIN_OPTION: Option = {
  name: 'registry-login-file',
  kind: 'text',
  inFile: 'both',
  summary: 'File that holds USER:PASSWORD for every zookeeper: (digest) and etcd:, and that you alone can read',
  byDefault: 'no login',
};
