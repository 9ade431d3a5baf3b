// PORT: a client as JDBC's: asks for TLS first, goes on without, then uses the extended protocol; prints what came as JSON.
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
let held = Buffer.alloc(0);
const wake = [];
socket.on('data', (chunk) => {
  held = Buffer.concat([held, chunk]);
  for (const resolve of wake.splice(0)) resolve();
});
const more = () => new Promise((resolve) => wake.push(resolve));
const take = async (size) => {
  while (held.length < size) await more();
  const taken = held.subarray(0, size);
  held = held.subarray(size);
  return taken;
};
const message = (type, ...parts) => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const text = (value) => Buffer.from(`${value}\0`);
const int16 = (value) => Buffer.of(value >> 8, value & 0xff);

socket.write(Buffer.from('0000000804d2162f', 'hex'));
const encryption = (await take(1)).toString();
const startup = Buffer.concat([
  Buffer.from('00030000', 'hex'),
  text('user'),
  text('anybody'),
  text('database'),
  text('postgres'),
  Buffer.of(0),
]);
const size = Buffer.alloc(4);
size.writeInt32BE(startup.length + 4);
socket.write(Buffer.concat([size, startup]));
const value = Buffer.from('21');
const valueSize = Buffer.of(0, 0, 0, value.length);
socket.write(
  Buffer.concat([
    message('P', text('double'), text('SELECT current_user, $1::int * 2'), int16(0)),
    message('B', text(''), text('double'), int16(0), int16(1), valueSize, value, int16(0)),
    message('E', text(''), Buffer.alloc(4)),
    message('S'),
  ]),
);
const types = [];
const row = [];
for (let ready = 0; ready < 2; ) {
  const head = await take(5);
  const type = String.fromCharCode(head[0]);
  const body = await take(head.readInt32BE(1) - 4);
  if (types.at(-1) !== type) types.push(type);
  if (type === 'Z') ready += 1;
  if (type === 'E') throw new Error(body.toString());
  if (type !== 'D') continue;
  for (let at = 2; at < body.length; ) {
    const length = body.readInt32BE(at);
    row.push(body.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
}
socket.end(message('X'));
console.log(JSON.stringify({ encryption, types: types.join(''), row }));
