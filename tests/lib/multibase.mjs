// Multibase, base58btc, of keys: none of them begins with a zero byte.

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The bytes of a text such as `z6Mk…`. */
export function decodeMultibase(text) {
  let number = 0n;
  for (const digit of text.slice(1)) number = number * 58n + BigInt(DIGITS.indexOf(digit));
  return Buffer.from(number.toString(16), "hex");
}

/** The text of some bytes. */
export function encodeMultibase(bytes) {
  let text = "";
  for (let number = BigInt(`0x${Buffer.from(bytes).toString("hex")}`); number > 0n; number /= 58n) text = DIGITS[Number(number % 58n)] + text;
  return `z${text}`;
}
