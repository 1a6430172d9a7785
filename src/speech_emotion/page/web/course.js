// A recording's course: its windows and columns, as far as they are known. No drawing here.
import {ROWS} from "./picture.js";

export class Course {
  constructor(labels, seconds = 0, step = 0.02) {
    this.labels = labels;
    this.seconds = seconds;
    this.step = step;
    this.windows = [];
    this.columns = 0;
    this.levels = new Uint8Array(0);
    this.low = this.high = new Float32Array(0);
    this.loudest = 0;
    this.peak = 0.01;
  }

  /** Add columns; while sound comes in, they say how long it is. */
  draw({levels, low, high}, growing) {
    if (this.low.length < this.columns + low.length) {
      this.levels = grown(this.levels, ROWS * 2 * (this.columns + low.length));
      this.low = grown(this.low, 2 * (this.columns + low.length));
      this.high = grown(this.high, 2 * (this.columns + low.length));
    }
    this.levels.set(levels, ROWS * this.columns);
    this.low.set(low, this.columns);
    this.high.set(high, this.columns);
    this.columns += low.length;
    for (const level of levels) if (level > this.loudest) this.loudest = level;
    for (let at = 0; at < low.length; at += 1) this.peak = Math.max(this.peak, high[at], -low[at]);
    if (growing) this.seconds = this.columns * this.step;
  }

  /** Where each window speaks for the sound: half-way to the middles of its neighbours; the last one to the end. */
  stretches(end = this.seconds) {
    const middles = this.windows.map(({start, end: last}) => (start + last) / 2);
    return this.windows.map((said, at) => ({
      said,
      from: at ? (middles[at - 1] + middles[at]) / 2 : 0,
      to: at + 1 < middles.length ? (middles[at] + middles[at + 1]) / 2 : end,
    }));
  }

  /** The window that speaks for a moment. */
  at(seconds) {
    return this.stretches().find(({to}) => seconds < to)?.said ?? this.windows.at(-1) ?? null;
  }

  /** Stretches after one another with the same label. */
  runs(end) {
    const found = [];
    for (const {said, from, to} of this.stretches(end)) {
      const label = said.probabilities ? top(said.probabilities) : -1;
      if (found.length && found.at(-1).label === label) found.at(-1).to = to;
      else found.push({label, from, to});
    }
    return found;
  }
}

/** Number of the most probable class; the first of several. */
export const top = probabilities => probabilities.indexOf(Math.max(...probabilities));

function grown(array, length) {
  const larger = new array.constructor(length);
  larger.set(array);
  return larger;
}
