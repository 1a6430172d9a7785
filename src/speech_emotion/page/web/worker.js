// Everything that takes time, apart from the page, which stays smooth: resampling, judging, spectrograms.
import {flags, measured} from "./content.js";
import {Judge} from "./judge.js";
import {Live} from "./live.js";
import {Picture, stepOf} from "./picture.js";
import {Resampler} from "./resample.js";
import {windowsOf} from "./windows.js";

let about = null, judge = null, current = null, live = null;

// Messages that wait are heard between two windows: promises alone would not let them in.
const {port1, port2} = new MessageChannel();
const waiting = [];
port1.onmessage = () => waiting.shift()();
const pause = () => new Promise(resolve => {
  waiting.push(resolve);
  port2.postMessage(null);
});

const BLOCK = 1 << 18;

/** Bring a recording to the model's rate, and let messages in meanwhile. */
async function heardOf(samples, rate) {
  const resampler = new Resampler(rate, about.sample_rate), pieces = [];
  for (let at = 0; at < samples.length; at += BLOCK) {
    pieces.push(resampler.push(samples.subarray(at, at + BLOCK)));
    await pause();
  }
  pieces.push(resampler.end());
  const heard = new Float32Array(pieces.reduce((total, piece) => total + piece.length, 0));
  pieces.reduce((at, piece) => (heard.set(piece, at), at + piece.length), 0);
  return heard;
}

const tell = (kind, id, more = {}, transfer = []) => postMessage({kind, id, ...more}, transfer);
const tasks = {
  async open(message) {
    about = message.about;
    judge = await Judge.open(about, share => tell("loading", null, {share}));
    tell("ready", null);
  },

  async clip({id, samples, rate}) {
    live = null;
    const seconds = samples.length / rate, content = measured(samples, about), heard = await heardOf(samples, rate);
    if (current !== id) return;
    const step = stepOf(seconds), columns = new Picture(about.sample_rate, step).push(heard, true);
    tell("picture", id, {step, seconds, columns});
    const window = Math.round(about.window_seconds * about.sample_rate);
    const places = windowsOf(heard.length, window, about.hop_seconds * about.sample_rate);
    for (const [number, [at, length]] of places.entries()) {
      await pause();
      if (current !== id) return;
      const [start, end] = [at / about.sample_rate, (at + length) / about.sample_rate];
      const said = await judge.clip(heard.subarray(at, at + length));
      tell("window", id, {said: {start, end, ...said}, share: (number + 1) / places.length});
    }
    const said = await judge.whole(heard, content, rate, pause);
    if (current === id) tell("whole", id, {said: {...said, flags: flags(content, about)}});
  },

  live({id, rate}) {
    live = new Live(judge, about, rate, pause, (kind, more) => current === id && tell(kind, id, more));
  },

  sound({block}) {
    return live.hear(block);
  },

  stop() {
    live = null;
  },
};

onmessage = async ({data}) => {
  if (data.kind !== "sound") current = data.id;
  else if (data.id !== current || !live) return;
  try {
    await tasks[data.kind](data);
  } catch (error) {
    tell("failed", data.id, {text: error.message || String(error)});
  }
};
