// From a file to mono samples at the file's own sample rate.
import {decodeWav} from "./wav.js";

const COMMON_RATE = 48000;
const LOWEST_RATE = 8000, HIGHEST_RATE = 96000;  // that every browser decodes to
const MP3_RATES = [44100, 48000, 32000];

/** Decode a file: mono samples, and their rate. */
export async function decode(bytes) {
  const wav = decodeWav(bytes);
  if (wav) return wav;
  const known = rateOf(new Uint8Array(bytes));
  const rate = known >= LOWEST_RATE && known <= HIGHEST_RATE ? known : COMMON_RATE;
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
  } catch {
    throw new Error("this browser cannot read it as sound");
  }
  return {samples: mixed(sound), rate};
}

function mixed(sound) {
  if (sound.numberOfChannels === 1) return sound.getChannelData(0);
  const samples = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const own = sound.getChannelData(channel);
    for (let at = 0; at < samples.length; at += 1) samples[at] += own[at] / sound.numberOfChannels;
  }
  return samples;
}

/** The sample rate that FLAC, MP3 and Ogg files say; browsers resample by their own way to any other. 0: not known. */
export function rateOf(bytes) {
  const named = (at, letters) => [...letters].every((letter, by) => bytes[at + by] === letter.charCodeAt(0));
  if (named(0, "fLaC")) return bytes[18] << 12 | bytes[19] << 4 | bytes[20] >> 4;
  if (named(0, "OggS")) {
    const at = 27 + bytes[26];
    if (named(at + 1, "vorbis")) return new DataView(bytes.buffer).getUint32(at + 12, true);
    return named(at, "OpusHead") ? COMMON_RATE : 0;
  }
  // An ID3 tag says its length in 7 bits a byte; a frame begins with 11 bits that are set, or else it is no MP3.
  const at = named(0, "ID3") ? 10 + (bytes[6] << 21 | bytes[7] << 14 | bytes[8] << 7 | bytes[9]) : 0;
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return 0;
  const version = bytes[at + 1] >> 3 & 3, rate = MP3_RATES[bytes[at + 2] >> 2 & 3];
  return rate ? rate / {3: 1, 2: 2, 0: 4, 1: Infinity}[version] : 0;
}
