import { quoteHint } from '../../output/phrases.ts';
import type { Duty } from './duty.ts';
import { type Site, STATE_KEY } from './site.ts';

/** Where the machine's service sees nothing, or what a single user may change. */
const PRIVATE_FOLDERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/home/', '/root/', '/run/user/', '/tmp/', '/var/tmp/'],
  darwin: ['/Users/', '/private/tmp/', '/tmp/'],
  win32: ['c:\\users\\'],
};

/** Why this can't be a service that stays, and what to do about it; undefined where it can. */
export function explainRefusal(site: Site, duty: Duty): string | undefined {
  const { platform, scope, program, node } = site;
  if (/[\\/]_npx[\\/]/.test(program)) {
    return `${program} is in npx's cache, which npm empties; npm install --global mdns-ambassador, and run ambassador service install`;
  }
  if (scope === 'user') return undefined;
  for (const path of [program, node]) {
    if (isPrivate(path, platform)) {
      return `${path} is in a user's folder, where the machine's service ${platform === 'darwin' ? 'takes no program from' : 'sees nothing'}; install Node and mdns-ambassador for all users (npm install --global mdns-ambassador, as root), or write --user`;
    }
  }
  if (platform !== 'darwin' && isPrivate(duty.config, platform)) {
    return `${duty.config} is in a user's folder, where the machine's service sees nothing; move it to /etc/ambassador, or write --user`;
  }
  if (platform === 'win32' && duty.key !== undefined && isPrivate(duty.key, platform)) {
    return `${duty.key} is in a user's folder, which LOCAL SERVICE can't read; name a copy elsewhere with --mesh-key-file, that LOCAL SERVICE may read, or write --user`;
  }
  if (platform !== 'linux') return undefined;
  if (!duty.isReadableByAll) {
    return `${duty.config} can't be read by the user that the service has; run chmod a+r ${quoteHint(duty.config, platform)} (secrets stand in files of their own)`;
  }
  if (duty.isRenewed && duty.key !== undefined && duty.key !== STATE_KEY) {
    return `the membership in ${duty.key} is renewed, and the service can't write there; run mkdir -p /var/lib/ambassador && mv ${quoteHint(duty.key, platform)} ${STATE_KEY}, and add --mesh-key-file ${STATE_KEY}`;
  }
  return undefined;
}

function isPrivate(path: string, platform: NodeJS.Platform): boolean {
  const comparable = platform === 'win32' ? path.toLowerCase() : path;
  return PRIVATE_FOLDERS[platform]?.some((folder) => comparable.startsWith(folder)) === true;
}
