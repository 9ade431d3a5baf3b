// PORT [PROTOCOL]: connects with ioredis and no password, pipelines, and prints the answers as JSON.
import { Redis } from 'ioredis';

const redis = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: 0 });
redis.on('error', () => {});
const answers = await redis.pipeline().call('ACL', 'WHOAMI').set('colour', 'green').get('colour').exec();
redis.disconnect();
console.log(JSON.stringify(answers.map(([error, value]) => error?.message ?? value)));
