// From samples to a spectrogram, in decibels over a mel scale.
const SIZE = 512, WINDOW = 400, RANGE = 75;
const hann = Float64Array.from({length: WINDOW}, (_, at) => 0.5 - 0.5 * Math.cos(2 * Math.PI * at / WINDOW));
const mel = hertz => 2595 * Math.log10(1 + hertz / 700);
const hertz = mels => 700 * (10 ** (mels / 2595) - 1);
// Cividis, which the colour-blind read as others do.
const STOPS = [[0, 32, 76], [0, 59, 110], [87, 92, 109], [137, 134, 119], [190, 177, 108], [253, 231, 55]];

/** Fast Fourier transform of real and imaginary parts, in place; the length is a power of two. */
export function fft(real, imaginary) {
  const n = real.length;
  for (let at = 1, mirror = 0; at < n; at += 1) {
    let bit = n >> 1;
    for (; mirror & bit; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (at < mirror) {
      [real[at], real[mirror]] = [real[mirror], real[at]];
      [imaginary[at], imaginary[mirror]] = [imaginary[mirror], imaginary[at]];
    }
  }
  for (let span = 2; span <= n; span *= 2) {
    const angle = -2 * Math.PI / span;
    for (let at = 0; at < span / 2; at += 1) {
      const cos = Math.cos(angle * at), sin = Math.sin(angle * at);
      for (let low = at; low < n; low += span) {
        const high = low + span / 2;
        const re = real[high] * cos - imaginary[high] * sin, im = real[high] * sin + imaginary[high] * cos;
        real[high] = real[low] - re;
        imaginary[high] = imaginary[low] - im;
        real[low] += re;
        imaginary[low] += im;
      }
    }
  }
}

/** Power of each bin around so many places of a signal. */
function powers(samples, columns) {
  const found = [];
  for (let column = 0; column < columns; column += 1) {
    const from = Math.round((column + 0.5) * samples.length / columns - WINDOW / 2);
    const real = new Float64Array(SIZE), imaginary = new Float64Array(SIZE);
    for (let at = 0; at < WINDOW; at += 1) real[at] = (samples[from + at] || 0) * hann[at];
    fft(real, imaginary);
    found.push(Float64Array.from({length: SIZE / 2 + 1}, (_, bin) => real[bin] ** 2 + imaginary[bin] ** 2));
  }
  return found;
}

/** Height of a frequency in a picture, from 0 below to 1 above. */
export const heightOf = (frequency, rate) => mel(frequency) / mel(rate / 2);

/** A picture of a signal, columns wide and rows high. */
export function picture(samples, rate, columns, rows) {
  const found = powers(samples, columns);
  let loudest = 1e-12;
  for (const column of found) for (const power of column) loudest = Math.max(loudest, power);
  const top = 10 * Math.log10(loudest), image = new ImageData(columns, rows);
  for (let y = 0; y < rows; y += 1) {
    const bin = hertz((1 - (y + 0.5) / rows) * mel(rate / 2)) * SIZE / rate;
    const low = Math.min(SIZE / 2 - 1, Math.floor(bin)), part = bin - low;
    for (let x = 0; x < columns; x += 1) {
      const power = found[x][low] * (1 - part) + found[x][low + 1] * part;
      const level = Math.max(0, 1 + (10 * Math.log10(power + 1e-12) - top) / RANGE);
      image.data.set([...shade(Math.min(1, level)), 255], 4 * (y * columns + x));
    }
  }
  return image;
}

function shade(level) {
  const place = level * (STOPS.length - 1), low = Math.min(STOPS.length - 2, Math.floor(place));
  return STOPS[low].map((value, at) => value + (STOPS[low + 1][at] - value) * (place - low));
}
