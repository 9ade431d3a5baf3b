import type { Option } from './option.ts';

/** What every command takes that runs on. */
export const ADMIN_OPTION: Option = {
  name: 'admin',
  kind: 'text',
  inFile: 'top',
  summary: 'Health, metrics, status and a dashboard over HTTP at ADDRESS:PORT or unix:PATH, for this machine only',
  byDefault: 'off',
  beginnings: ['127.0.0.1:', 'localhost:', 'unix:'],
};

export const PEER_PORT_OPTION: Option = {
  name: 'peer-port',
  kind: 'text',
  inFile: 'top',
  summary: 'Listen for peers at this port',
  byDefault: '5350 with --peer or a mesh key; else nowhere',
};

export const CONNECTIONS_OPTION: Option = {
  name: 'log-connections',
  kind: 'flag',
  inFile: 'top',
  summary: 'Log each connection when it has ended, as one JSON line',
};

export const EVENTS_OPTION: Option = {
  name: 'json',
  kind: 'flag',
  inFile: false,
  summary: 'Print events as one JSON document a line',
};
