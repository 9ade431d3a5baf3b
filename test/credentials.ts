import type { Host, HostProcess } from '@mdns-ambassador/testkit';

/** A file of credentials that names the file of the secret beside it; its path. `lines` say the rest, `protocol: redis` among them. */
export async function writeCredentials(
  host: Host,
  name: string,
  secret: string,
  ...lines: readonly string[]
): Promise<string> {
  const file = `/run/${name}.yaml`;
  await host.read('tee', [file], { input: [`passwordFile: ./${name}.secret`, ...lines].join('\n') });
  await writeSecret(host, name, secret);
  return file;
}

/** By a rename, as it should be done. */
export async function writeSecret(host: Host, name: string, secret: string): Promise<void> {
  const write = 'umask 077 && cat > "$0.new" && mv "$0.new" "$0"';
  await host.read('sh', ['-c', write, `/run/${name}.secret`], { input: secret });
}

/** A Redis with one user, `app`, and an owner for tests; no output of it shows the password. */
export async function startRedis(
  host: Host,
  port: number,
  password: string,
  bind = '127.0.0.1',
  ...more: readonly string[]
): Promise<HostProcess> {
  const folder = `/run/redis-${port}`;
  const users = `user default off\nuser owner on nopass ~* &* +@all\nuser app on >${password} ~* &* +@all -@admin +acl|whoami\n`;
  await host.read('mkdir', ['-p', folder]);
  await host.read('sh', ['-c', 'umask 077 && cat > "$0"', `${folder}/users.acl`], { input: users });
  const flags = ['--port', `${port}`, '--bind', bind, '--protected-mode', 'no', '--save', '', '--dir', folder];
  const redis = host.spawn('redis-server', [...flags, '--aclfile', `${folder}/users.acl`, '--logfile', '', ...more]);
  await redis.line(/Ready to accept connections/, { timeout: 30_000 });
  return redis;
}

/** What redis-cli prints, good or bad; its own login warning apart. */
export async function askRedis(host: Host, port: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await host.run('redis-cli', ['-p', port, ...words]);
  return `${stdout}${stderr}`.trim();
}

/** What the owner of a Redis of `startRedis` asks it. */
export async function administerRedis(host: Host, port: number, line: string): Promise<string> {
  const answer = await host.read('redis-cli', ['-p', `${port}`], { input: `AUTH owner any\n${line}\n` });
  if (/^(ERR|NO|WRONG)/m.test(answer)) throw new Error(`${line}: ${answer}`);
  return answer;
}

/** Waits until a load has asked some more, from now on. */
export async function askMore(load: HostProcess): Promise<void> {
  const countLines = (output: string): number => output.split('\n').length;
  const before = countLines(load.output);
  await load.until((output) => countLines(output) > before + 2, { timeout: 60_000 });
}
