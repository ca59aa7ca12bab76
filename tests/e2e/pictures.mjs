// Small pictures of 24 by 16 pixels, of kinds that a badge's image may be or may not be; png.mjs makes PNG.

const from = (base64) => Buffer.from(base64, "base64");

/** A JPEG. */
export const JPEG = from(
  "/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhC" +
  "Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAA" +
  "BQAE/8QAFRABAQAAAAAAAAAAAAAAAAAAAAP/xAAXAQADAQAAAAAAAAAAAAAAAAACBAUG/8QAGREBAAIDAAAAAAAAAAAAAAAAAAIDBDEy/9oADAMBAAIRAxEA" +
  "PwDBAhEfAhEzlgqIQSgmdt6UI6f/2Q==",
);

/** A WebP. */
export const WEBP = from(
  "UklGRlYAAABXRUJQVlA4IEoAAACQAwCdASoYABAAPtFYpEu/pSOhsAgD8BoJagCdMoRwADdked2gAP7N78WH+LP+QLEkqNNkUvdm3f2vG0En+3mfDB8+mjeq" +
  "kPAAAA==",
);

/** An SVG with something inside. */
export const svg = (inside = "<circle cx='12' cy='8' r='6' fill='#3050c0'/>") =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 16">${inside}</svg>`);
