// Sound that is still coming in, judged window by window.
import {Picture} from "./picture.js";
import {Resampler} from "./resample.js";

const OVERRUN = {rule: "overrun", text: "this device did not keep up"};

export class Live {
  constructor(judge, about, rate, pause, tell) {
    Object.assign(this, {judge, about, pause, tell});
    this.resampler = new Resampler(rate, about.sample_rate);
    this.picture = new Picture(about.sample_rate);
    this.window = Math.round(about.window_seconds * about.sample_rate);
    this.hop = about.hop_seconds * about.sample_rate;
    this.held = new Float32Array(4 * this.window);  // the last samples, those of now at its end
    this.heard = 0;
    this.next = 1;  // which hop ends the next window
    this.busy = false;
  }

  /** Take a block in, draw it, and judge what is complete. */
  async hear(block) {
    const samples = this.resampler.push(block);
    this.held.copyWithin(0, samples.length);
    const spare = this.held.length - samples.length;
    this.held.set(samples.subarray(Math.max(0, -spare)), Math.max(0, spare));
    this.heard += samples.length;
    this.tell("columns", {columns: this.picture.push(samples)});
    if (this.busy) return;
    this.busy = true;
    try {
      while (Math.round(this.next * this.hop) <= this.heard) await this.judgeNext();
    } finally {
      this.busy = false;
    }
  }

  async judgeNext() {
    const {sample_rate: rate} = this.about;
    const end = Math.round(this.next * this.hop), start = Math.max(0, end - this.window);
    this.next += 1;
    // So far behind, newer sound is worth more; what is left out is told.
    const late = this.heard - end > this.window;
    const from = this.held.length - (this.heard - start);
    const said = late ? {notJudged: OVERRUN} : await this.judge.clip(this.held.slice(from, from + end - start));
    // Until a whole window was heard there is an answer for the eye, which is none for the course.
    this.tell("window", {said: {start: start / rate, end: end / rate, ...said}, early: end < this.window});
    await this.pause();
  }
}
