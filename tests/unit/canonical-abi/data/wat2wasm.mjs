// Assembles the components of this folder: node wat2wasm.mjs path/to/@bytecodealliance/jco file.wat...
// (libc.wat is a core module: wat2wasm libc.wat -o libc.wasm)
import fs from 'node:fs';
import path from 'node:path';

const [, , jco, ...files] = process.argv;
const { parse } = await import(path.resolve(jco, 'dist/api.js'));
for (const file of files) {
  fs.writeFileSync(file.replace(/\.wat$/, '.wasm'), await parse(fs.readFileSync(file, 'utf8')));
}
