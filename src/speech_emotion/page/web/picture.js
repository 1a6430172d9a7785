// From samples to what is drawn: for each of many short steps, the wave's span and a column of the spectrogram.
export const ROWS = 88;
export const QUIETEST = -110;  // dB that a cell of 0 means; one step is half a decibel
const MOST_COLUMNS = 3000, SHORTEST_STEP = 0.02, WINDOW_SECONDS = 0.03;
const mel = hertz => 2595 * Math.log10(1 + hertz / 700);
const hertz = mels => 700 * (10 ** (mels / 2595) - 1);

/** Height of a frequency in a spectrogram, from 0 below to 1 above. */
export const heightOf = (frequency, rate) => mel(frequency) / mel(rate / 2);

/** Seconds of a column for sound of so many seconds. */
export const stepOf = seconds => Math.max(SHORTEST_STEP, seconds / MOST_COLUMNS);

/** Makes columns as samples come. */
export class Picture {
  constructor(rate, step = SHORTEST_STEP) {
    this.rate = rate;
    this.step = step * rate;  // in samples, not a whole number
    this.size = 2 ** Math.ceil(Math.log2(WINDOW_SECONDS * rate));
    const turn = 2 * Math.PI / this.size, top = mel(rate / 2);
    this.shape = Float64Array.from({length: this.size}, (_, at) => 0.5 - 0.5 * Math.cos(turn * (at + 0.5)));
    this.bins = Float64Array.from({length: ROWS}, (_, row) => hertz((row + 0.5) / ROWS * top) * this.size / rate);
    this.transform = new Fourier(this.size);
    this.held = new Float32Array(0);
    this.first = this.column = 0;
  }

  /** Take samples in, and give the columns that are complete; all of them at the end. */
  push(block, end = false) {
    const held = new Float32Array(this.held.length + block.length);
    held.set(this.held);
    held.set(block, this.held.length);
    const last = this.first + held.length, columns = [];
    while (this.column * this.step < last && (end || this.needs() <= last)) {
      columns.push(this.drawn(held, last));
      this.column += 1;
    }
    const from = Math.floor(Math.min(this.column * this.step, this.middle() - this.size / 2));
    const gone = Math.min(held.length, Math.max(0, from - this.first));
    this.held = held.slice(gone);
    this.first += gone;
    return together(columns);
  }

  middle() {
    return Math.round((this.column + 0.5) * this.step);
  }

  /** Up to where samples must be there for the next column. */
  needs() {
    return Math.max(this.middle() + this.size / 2, (this.column + 1) * this.step);
  }

  drawn(held, last) {
    const levels = new Uint8Array(ROWS), from = this.middle() - this.size / 2 - this.first;
    let low = 0, high = 0;
    for (let at = Math.floor(this.column * this.step); at < Math.min(last, (this.column + 1) * this.step); at += 1) {
      low = Math.min(low, held[at - this.first]);
      high = Math.max(high, held[at - this.first]);
    }
    const power = this.transform.powers(at => (held[from + at] || 0) * this.shape[at]);
    for (let row = 0; row < ROWS; row += 1) {
      const bin = Math.floor(this.bins[row]), part = this.bins[row] - bin;
      const mean = power[bin] * (1 - part) + power[bin + 1] * part;
      const level = 10 * Math.log10(mean * (4 / this.size) ** 2 + 1e-12);  // 0 dB for a sine at full scale
      levels[row] = Math.max(0, Math.min(255, Math.round(2 * (level - QUIETEST))));
    }
    return {low, high, levels};
  }
}

function together(columns) {
  const levels = new Uint8Array(ROWS * columns.length);
  columns.forEach((column, at) => levels.set(column.levels, ROWS * at));
  const [low, high] = ["low", "high"].map(name => Float32Array.from(columns, each => each[name]));
  return {levels, low, high};
}

/** The fast Fourier transform of so many real numbers, a power of two. */
class Fourier {
  constructor(size) {
    this.size = size;
    this.real = new Float64Array(size);
    this.imaginary = new Float64Array(size);
    this.cos = Float64Array.from({length: size / 2}, (_, at) => Math.cos(2 * Math.PI * at / size));
    this.sin = Float64Array.from({length: size / 2}, (_, at) => -Math.sin(2 * Math.PI * at / size));
    const bits = Math.log2(size);
    this.mirrored = Uint32Array.from({length: size}, (_, at) => {
      let turned = 0;
      for (let bit = 0; bit < bits; bit += 1) turned |= (at >> bit & 1) << (bits - 1 - bit);
      return turned;
    });
  }

  /** Power of each bin of what a function gives for each place. */
  powers(value) {
    const {real, imaginary, cos, sin, size} = this;
    for (let at = 0; at < size; at += 1) real[this.mirrored[at]] = value(at);
    imaginary.fill(0);
    for (let half = 1; half < size; half *= 2) {
      for (let at = 0, stride = size / (2 * half); at < half; at += 1) {
        const turn = cos[at * stride], lean = sin[at * stride];
        for (let low = at; low < size; low += 2 * half) {
          const high = low + half;
          const re = real[high] * turn - imaginary[high] * lean, im = real[high] * lean + imaginary[high] * turn;
          real[high] = real[low] - re;
          imaginary[high] = imaginary[low] - im;
          real[low] += re;
          imaginary[low] += im;
        }
      }
    }
    return Float64Array.from({length: size / 2 + 1}, (_, bin) => real[bin] ** 2 + imaginary[bin] ** 2);
  }
}
