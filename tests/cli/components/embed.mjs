// Makes a component without code of a WIT file's world: node embed.mjs path/to/@bytecodealliance/jco file.wit...
import fs from 'node:fs';
import path from 'node:path';

const [, , jco, ...files] = process.argv;
const { componentEmbed, componentNew } = await import(path.resolve(jco, 'dist/api.js'));
for (const file of files) {
  const core = await componentEmbed({ dummy: true, witSource: fs.readFileSync(file, 'utf8') });
  fs.writeFileSync(file.replace(/\.wit$/, '.wasm'), await componentNew(core));
}
