// PNG files for tests, made from nothing but the format's rules.

import { crc32, deflateSync } from "node:zlib";

/** A square PNG of one colour; a new colour each time, unless one is given. */
export function png({ size = 16, rgb = [1, 2, 3].map(() => Math.floor(Math.random() * 256)) } = {}) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8); // eight bits of red, green and blue; no interlacing
  const row = Buffer.from([0, ...Array.from({ length: size }, () => rgb).flat()]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** The names of a PNG's chunks, and what its header says: its width, height and type of colour. */
export function described(bytes) {
  const file = Buffer.from(bytes);
  const names = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) names.push(file.toString("latin1", at + 4, at + 8));
  return { names, width: file.readUInt32BE(16), height: file.readUInt32BE(20), colour: file[25] };
}

function chunk(type, data) {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
