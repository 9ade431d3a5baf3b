const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** By then a command that runs on has compiled what it runs on. */
const KEEP_AFTER_MS = 2_000;

/** `bundle.mjs` gives this beginning to what a command needs when it comes to that. */
const WHEN_USED = './when-used-';
/** Modules of Node that it has not loaded before a program begins, and takes milliseconds for. */
const SLOW_TO_LOAD = new Set([
  'node:child_process',
  'node:crypto',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:fs/promises',
  'node:http',
  'node:https',
  'node:readline',
  'node:tls',
]);

/**
 * Runs a file in CommonJS, and what it requires of its folder, and keeps what V8 compiled of that: the next process takes it from there
 * instead of compiling it anew, which is half of a start. The files beside the first have names that change with their content; all are ASCII.
 * What takes long to load and is mostly not needed is loaded when something of it is used.
 *
 * @param {string} file
 * @param {string} cacheFolder what is compiled is kept in it, if it is there and of this user, who could as well change the program
 */
function load(file, cacheFolder) {
  const folder = dirname(file);
  const cache = join(cacheFolder, `${process.version}-${process.arch}`);
  /** @type {Map<string, { exports: unknown }>} */
  const modules = new Map();
  /** @type {Map<string, Script>} those that were compiled anew */
  const compiled = new Map();

  /** @param {string} name */
  function requireOne(name) {
    const isWaiting = SLOW_TO_LOAD.has(name) || name.startsWith(WHEN_USED);
    return isWaiting ? requireWhenUsed(() => requireNow(name)) : requireNow(name);
  }

  /** @param {string} name */
  function requireNow(name) {
    if (name.startsWith('./')) return run(name.slice('./'.length));
    // What makes a `require` of another folder takes milliseconds to load.
    return name.startsWith('node:') ? require(name) : require('node:module').createRequire(file)(name);
  }

  /** @param {string} name */
  function run(name) {
    const loaded = modules.get(name);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const path = join(folder, name);
    const cachedData = name === basename(file) ? undefined : read(join(cache, `${name}.bin`));
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'latin1')}\n})`;
    const script = new Script(source, { filename: path, cachedData });
    if (cachedData === undefined && name !== basename(file)) compiled.set(name, script);
    script.runInThisContext().call(module.exports, module.exports, requireOne, module, path, folder);
    return module.exports;
  }

  function keep() {
    const scripts = [...compiled];
    compiled.clear();
    if (scripts.length === 0 || !isOwn(cacheFolder)) return;
    try {
      mkdirSync(cache, { recursive: true });
      for (const [name, script] of scripts) {
        const path = join(cache, `${name}.bin`);
        writeFileSync(`${path}.${process.pid}`, script.createCachedData());
        renameSync(`${path}.${process.pid}`, path);
      }
    } catch {
      // Then the next start takes as long as this one.
    }
  }

  process.once('exit', keep);
  setTimeout(keep, KEEP_AFTER_MS).unref();
  run(basename(file));
}

/**
 * What stands for a module until something of it is asked for.
 *
 * @param {() => object} requireNow
 */
function requireWhenUsed(requireNow) {
  /** @type {object | undefined} */
  let loaded;
  const load = () => {
    loaded ??= requireNow();
    return loaded;
  };
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(load(), key),
      set: (_, key, value) => Reflect.set(load(), key, value),
      has: (_, key) => Reflect.has(load(), key),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(load(), key);
        // A proxy may call nothing fixed that its target, the empty object, does not have.
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}

/** @param {string} folder */
function isOwn(folder) {
  try {
    return statSync(folder).uid === (process.geteuid?.() ?? 0);
  } catch {
    return false;
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

module.exports = { load };
