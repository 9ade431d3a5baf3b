/**
 * Given to Node as `--require`: says on standard error what the process has loaded when it starts its first child, of Node's own modules and of the
 * program's files.
 */
const { ChildProcess } = require('node:child_process');
const fs = require('node:fs');

const files = [];
const { readFileSync } = fs;
fs.readFileSync = (path, ...options) => {
  files.push(String(path).replace(/^.*\//, ''));
  return readFileSync(path, ...options);
};
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (...args) {
  ChildProcess.prototype.spawn = spawn;
  const own = process.moduleLoadList.flatMap((each) => /^NativeModule (.*)$/.exec(each)?.slice(1) ?? []);
  fs.writeSync(2, `loaded by then: ${[...own, ...files].join(' ')}\n`);
  return spawn.apply(this, args);
};
