// Reads ascending whole numbers from bits, as pharmcheck/classlists/golomb.py writes them.
// Numbers stay below 2^53: a list of a million names needs 2^44.

export function decode(bytes, count, remainderBits) {
  if (!(Number.isInteger(count) && count >= 0 && count <= bytes.length * 8)) throw new RangeError("count");
  if (!(Number.isInteger(remainderBits) && remainderBits >= 0 && remainderBits <= 40)) throw new RangeError("bits");
  const values = new Float64Array(count);
  const step = 2 ** remainderBits;
  const end = bytes.length * 8;
  let place = 0;
  let value = 0;
  for (let index = 0; index < count; index += 1) {
    let quotient = 0;
    for (;;) {
      if (place >= end) throw new RangeError("the list ends early");
      const one = (bytes[place >> 3] >> (7 - (place & 7))) & 1;
      place += 1;
      if (!one) break;
      quotient += 1;
    }
    if (place + remainderBits > end) throw new RangeError("the list ends early");
    let remainder = 0;
    for (let left = remainderBits; left > 0; ) {
      const room = 8 - (place & 7);
      const take = Math.min(left, room);
      const part = (bytes[place >> 3] >> (room - take)) & ((1 << take) - 1);
      remainder = remainder * 2 ** take + part;
      place += take;
      left -= take;
    }
    value += quotient * step + remainder;
    values[index] = value;
  }
  return values;
}

// Whether `value` is among ascending `values`.
export function holds(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (values[middle] === value) return true;
    if (values[middle] < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
