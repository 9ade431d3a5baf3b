import { type Host, type HostProcess, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';

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
  await redis.line(/Ready to accept connections/);
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

/** What psql, which knows neither user nor password, answers; good or bad. */
export async function askPostgres(host: Host, port: number, sql: string, parameters = ''): Promise<string> {
  const connection = `host=127.0.0.1 port=${port} user=whoever dbname=postgres ${parameters}`;
  const flags = ['--no-psqlrc', '-t', '-A', '-w', '-c', sql, connection];
  const { stdout, stderr } = await host.run(`${POSTGRES_FOLDER}/psql`, flags);
  return `${stdout}${stderr}`.trim();
}

/** What the owner of a PostgreSQL of `startPostgres` asks it over its own socket. */
export async function administerPostgres(host: Host, port: number, sql: string): Promise<string> {
  const server = ['--host', '/run/postgres', '--port', `${port}`, '--username', 'ambassador', '--dbname', 'postgres'];
  const flags = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set', 'ON_ERROR_STOP=1', ...server];
  return (await host.read(`${POSTGRES_FOLDER}/psql`, flags, { input: sql })).trim();
}

/** The applications whose `pg_sleep` runs. */
export async function listSleepers(host: Host, port: number): Promise<readonly string[]> {
  const running = "SELECT application_name FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
  return (await administerPostgres(host, port, running)).split('\n').filter((name) => name !== '');
}

/** More than enough clients for every server to get one, however the balancer chooses. */
const MOST_CLIENTS = 12;

/**
 * Has clients of psql run a query each through one local port until every server runs one, then interrupts each client: its own
 * query ends, and no other.
 */
export async function interruptEach(
  host: Host,
  localPort: number,
  servers: readonly Host[],
  serverPort: number,
): Promise<void> {
  const list = async (): Promise<readonly (readonly string[])[]> =>
    await Promise.all(servers.map((server) => listSleepers(server, serverPort)));
  const clients = new Map<string, HostProcess>();
  let running = await list();
  while (running.some((names) => names.length === 0) && clients.size < MOST_CLIENTS) {
    const name = `client${clients.size}`;
    const connection = `host=127.0.0.1 port=${localPort} user=ambassador dbname=postgres application_name=${name}`;
    const flags = ['--no-psqlrc', '-w', '-c', 'SELECT pg_sleep(600)', connection];
    clients.set(name, host.spawn(`${POSTGRES_FOLDER}/psql`, flags));
    await expect.poll(async () => (await list()).flat()).toContain(name);
    running = await list();
  }
  expect(running.map((names) => names.length > 0)).toEqual(servers.map(() => true));
  for (const [name, client] of clients) {
    client.kill('SIGINT');
    await client.line(/canceling statement due to user request/);
    await client.exited;
    clients.delete(name);
    // A server ends a session a moment after its client has.
    await expect.poll(async () => (await list()).flat().toSorted()).toEqual([...clients.keys()].toSorted());
  }
}

/** Waits until a load has asked some more, from now on. */
export async function askMore(load: HostProcess): Promise<void> {
  const countLines = (output: string): number => output.split('\n').length;
  const before = countLines(load.output);
  await load.until((output) => countLines(output) > before + 2);
}

/** Ends a load, which must have failed nowhere. */
export async function endLoad(load: HostProcess): Promise<void> {
  load.stdin.end();
  const [counts] = await load.line(/^\{.*\}$/);
  expect(JSON.parse(counts)).toEqual({ asked: expect.any(Number), failed: 0, failures: [] });
}

/**
 * Asks until a proxy has said why nobody is reached: of a connection it tells the last reason alone, and that may be that the time was
 * over.
 */
export async function askUntilTold(proxying: HostProcess, reason: RegExp, ask: () => Promise<unknown>): Promise<void> {
  const told = async (): Promise<string> => {
    await ask();
    return proxying.output;
  };
  await expect.poll(told).toMatch(reason);
}
