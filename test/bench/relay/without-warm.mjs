/** node --import without-warm.mjs ...: keeps no connection warm, to show what keeping some is good for. */
import { WarmPool } from '../../../packages/mesh/dist/client/warm-pool.js';

WarmPool.prototype.refill = () => {};
