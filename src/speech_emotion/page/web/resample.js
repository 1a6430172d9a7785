// To another sample rate, in blocks as they come: a sinc under a Kaiser window, whose numbers were fitted to the
// impulse responses of soxr's high quality, with which the model's training brought clips to its rate. What lies above
// 0.913 of the lower rate's half falls off.
const CROSSINGS = 93;  // of the sinc, on each side
const CUTOFF = 0.95685;  // middle of the fall, as a share of half the lower rate
const BETA = 11.8;
const made = new Map();

export class Resampler {
  constructor(from, to) {
    const common = divisor(from, to), low = Math.min(from, to);
    this.up = to / common;
    this.down = from / common;
    this.half = Math.ceil(CROSSINGS * from / low);
    this.cutoff = CUTOFF * low / from;
    const rates = `${from} ${to}`;
    if (!made.has(rates)) made.set(rates, new Map());
    this.filters = made.get(rates);  // by phase, made when needed
    this.held = new Float32Array(this.half);  // silence comes before the first sample
    this.first = -this.half;
    this.taken = this.given = 0;
  }

  /** Take a block in, and give what is certain by now. */
  push(block) {
    if (this.up === this.down) return block;
    this.taken += block.length;
    return this.drawn(block, Infinity);
  }

  /** Give the rest: in all ceil(n * to / from) samples for n, of which soxr gives the last one or leaves it at 0. */
  end() {
    if (this.up === this.down) return new Float32Array(0);
    const exact = this.taken * this.up / this.down;
    const rest = this.drawn(new Float32Array(this.half + 1), Math.round(exact));
    if (Math.round(exact) === Math.ceil(exact)) return rest;
    const padded = new Float32Array(rest.length + 1);
    padded.set(rest);
    return padded;
  }

  drawn(block, most) {
    const held = new Float32Array(this.held.length + block.length);
    held.set(this.held);
    held.set(block, this.held.length);
    const last = this.first + held.length - 1 - this.half;  // the last place around which everything is there
    const until = Math.min(most, Math.floor(((last + 1) * this.up - 1) / this.down) + 1);
    const found = new Float32Array(Math.max(0, until - this.given));
    for (let at = 0; at < found.length; at += 1) {
      const place = (this.given + at) * this.down, phase = place % this.up;
      const begin = (place - phase) / this.up - this.half + 1 - this.first, taps = this.filter(phase);
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap += 1) sum += held[begin + tap] * taps[tap];
      found[at] = sum;
    }
    this.given += found.length;
    const next = Math.floor(this.given * this.down / this.up) - this.half + 1;
    const gone = Math.min(held.length, Math.max(0, next - this.first));
    this.held = held.slice(gone);
    this.first += gone;
    return found;
  }

  filter(phase) {
    if (!this.filters.has(phase)) {
      const begin = 1 - this.half - phase / this.up;
      const taps = Float64Array.from({length: 2 * this.half}, (_, tap) => this.tap(begin + tap));
      const sum = taps.reduce((total, each) => total + each, 0);
      this.filters.set(phase, Float32Array.from(taps, each => each / sum));
    }
    return this.filters.get(phase);
  }

  tap(place) {
    const angle = Math.PI * this.cutoff * place, within = 1 - (place / this.half) ** 2;
    return within < 0 ? 0 : (angle ? Math.sin(angle) / angle : 1) * bessel(BETA * Math.sqrt(within));
  }
}

function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}

/** The modified Bessel function of order 0, by its series. */
function bessel(x) {
  let sum = 1, term = 1;
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
