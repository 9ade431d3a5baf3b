import type { Command } from '../command.ts';
import { RENDER_OPTIONS } from './options.ts';

export const renderCommand: Command = {
  name: 'render',
  usage: 'haproxy|nginx|env SERVICE...',
  summary:
    'Write where services are as a configuration of haproxy or nginx (TCP), or as a file of variables. SERVICE is NAME or NAME:LOCALPORT, as with proxy; without any, those of --config FILE.',
  options: RENDER_OPTIONS,
  examples: [
    ['render haproxy redis', 'see what it would be'],
    [
      'render haproxy redis -o /etc/haproxy/redis.cfg --check "haproxy -c -f {}" --reload "systemctl reload haproxy"',
      'check it, replace the file in one step, reload',
    ],
    [
      'render nginx redis postgres -o /etc/nginx/mesh.conf --check "nginx -t -c {}" --watch',
      'and again on each change',
    ],
    ['render nginx redis --fragment -o /etc/nginx/stream.d/redis.conf', 'to be included within stream { }'],
    ['render env redis -o /run/redis.env', 'REDIS_HOST, REDIS_PORT, REDIS_ADDRESS, REDIS_ADDRESSES'],
  ],
  notes:
    'A file that would not change is not touched, and nothing is reloaded. Into a container mount the folder of FILE, not FILE: a mount of a single file shows the old one for ever. When nothing at all is found, the file stays as it is and the exit code is 69; 78: --check refused what is new, and the old file stays; 70: --reload failed. SRV weights become weights; endpoints of a higher SRV priority, and those that are leaving, become backups. Durations: 500ms, 2s, 1m.',
  run: async (invocation) => (await import('./run.ts')).renderServices(invocation),
};
