// WAV files, decoded exactly: what a browser decodes by itself may have been brought to another sample rate.
const PCM = 1, FLOAT = 3, EXTENSIBLE = 0xfffe, UNKNOWN_LENGTH = 0xffffffff;
const READERS = {
  [`${PCM} 8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM} 16`]: (view, at) => view.getInt16(at, true) / 32768,
  [`${PCM} 24`]: (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 8388608,
  [`${PCM} 32`]: (view, at) => view.getInt32(at, true) / 2147483648,
  [`${FLOAT} 32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT} 64`]: (view, at) => view.getFloat64(at, true),
};

/** Decode a WAV file: the mean over its channels, and its sample rate; null if it is none, or in another encoding. */
export function decodeWav(bytes) {
  const view = new DataView(bytes), name = at => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  if (bytes.byteLength < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let format = null;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const chunk = name(at), size = view.getUint32(at + 4, true), from = at + 8;
    if (chunk === "fmt " && size >= 16 && from + size <= bytes.byteLength) format = formatOf(view, from, size);
    if (chunk === "data") return format && samplesOf(view, from, size, format);
    at = from + size + size % 2;
  }
  return null;
}

function formatOf(view, at, size) {
  const tag = view.getUint16(at, true), bits = view.getUint16(at + 14, true);
  const encoding = tag === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : tag;
  return {channels: view.getUint16(at + 2, true), rate: view.getUint32(at + 4, true), width: bits / 8,
    read: READERS[`${encoding} ${bits}`]};
}

function samplesOf(view, from, size, {channels, rate, width, read}) {
  if (!read || !channels || !rate) return null;
  const there = view.byteLength - from;
  if (size > there && size !== UNKNOWN_LENGTH) throw new Error("the file ends before its sound does");
  const samples = new Float32Array(Math.floor(Math.min(size, there) / (channels * width)));
  for (let at = 0, place = from; at < samples.length; at += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1, place += width) sum += read(view, place);
    samples[at] = sum / channels;
  }
  return {samples, rate};
}

/** Write mono samples as a WAV file in 32-bit floating point, which keeps them as they are. */
export function encodeWav(samples, rate) {
  const view = new DataView(new ArrayBuffer(58 + 4 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, by) => view.setUint8(at + by, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 18, true);
  view.setUint16(20, FLOAT, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 4 * rate, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 32, true);
  text(38, "fact");
  view.setUint32(42, 4, true);
  view.setUint32(46, samples.length, true);
  text(50, "data");
  view.setUint32(54, 4 * samples.length, true);
  for (let at = 0; at < samples.length; at += 1) view.setFloat32(58 + 4 * at, samples[at], true);
  return view.buffer;
}
