import type { Option } from './option.ts';

export const CREDENTIALS_OPTION: Option = {
  name: 'credentials',
  kind: 'text',
  summary: "YAML file that says how to log in in the application's place; it names the file with the secret",
};
