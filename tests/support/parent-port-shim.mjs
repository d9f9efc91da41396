// Gives a forked process the `process.parentPort` that Electron's utility processes have, and takes `process.send` away.
import { EventEmitter } from 'node:events';

const send = process.send.bind(process);
const port = new EventEmitter();
port.postMessage = (message) => send(message);
port.start = () => {};
process.on('message', (data) => port.emit('message', { data, ports: [] }));
process.parentPort = port;
process.send = undefined;
