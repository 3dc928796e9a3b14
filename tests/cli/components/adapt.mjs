// Makes commands of core modules: node adapt.mjs path/to/@bytecodealliance/jco in.wasm out.wasm
import fs from 'node:fs';
import path from 'node:path';

const [, , jco, source, target] = process.argv;
const { componentNew } = await import(path.resolve(jco, 'dist/api.js'));
const adapter = fs.readFileSync(path.join(jco, 'lib/wasi_snapshot_preview1.command.wasm'));
const component = await componentNew(fs.readFileSync(source), [['wasi_snapshot_preview1', adapter]]);
fs.writeFileSync(target, component);
