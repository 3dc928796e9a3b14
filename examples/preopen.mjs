// Loaded into node before jco and componentize-js: their WASI shim grants no directory by default,
// so that they would not find the WIT files they are told to read.
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const modules = new URL(`file://${process.env.TAPPET_NODE_MODULES}/@bytecodealliance/`);
const copies = ['', 'jco/node_modules/@bytecodealliance/', 'jco-transpile/node_modules/@bytecodealliance/'];

if (isMainThread) {
  for (const copy of copies) {
    const shim = new URL(`${copy}preview2-shim/dist/nodejs/filesystem.js`, modules);
    if (!existsSync(shim)) continue;
    const { _addPreopen } = await import(shim);
    _addPreopen('/', '/');
  }
}
