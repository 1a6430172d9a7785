// The model: samples in, probabilities out.
import * as ort from "./runtime/ort.js";
import {fault, measured} from "./content.js";
import {partsOf} from "./windows.js";

const FILES = ["model/model.onnx", "runtime/ort-wasm-simd-threaded.wasm"];

export class Judge {
  /** Fetch the model and what runs it, and judge a second of noise, since the first time takes longer. */
  static async open(about, progress) {
    const done = FILES.map(() => 0), all = FILES.reduce((total, name) => total + about.num_bytes[name], 0);
    const [model, wasm] = await Promise.all(FILES.map((name, at) => fetched(name, bytes => {
      done[at] = bytes;
      progress(done.reduce((total, each) => total + each, 0) / all);
    })));
    Object.assign(ort.env.wasm, {numThreads: 1, wasmBinary: wasm});  // more threads need headers that few hosts send
    ort.env.logLevel = "fatal";  // what is wrong with a model is said by its error
    const session = await ort.InferenceSession.create(model, {executionProviders: ["wasm"], logSeverityLevel: 4});
    const judge = new Judge(session, about);
    await judge.run(Float32Array.from({length: about.sample_rate}, () => 0.1 * (Math.random() - 0.5)));
    return judge;
  }

  constructor(session, about) {
    this.session = session;
    this.about = about;
  }

  /** Judge samples, whatever they hold: probabilities, and how many of the model's own windows they are. */
  async run(samples) {
    const said = await this.session.run({samples: new ort.Tensor("float32", samples, [samples.length])});
    const result = {probabilities: Array.from(said.probabilities.data), windows: said.starts.dims[0]};
    for (const each of Object.values(said)) each.dispose();
    return result;
  }

  /** Judge a stretch as a clip of its own, if there is anything to judge. */
  async clip(samples) {
    const {about} = this, reason = fault(measured(samples, about), about.sample_rate, about);
    if (reason) return {notJudged: reason};
    const said = await this.run(samples);
    return said.probabilities.every(Number.isFinite) ? said : {notJudged: NO_ANSWER};
  }

  /** Judge a whole recording that was brought to the model's rate; content is what it holds at its own. */
  async whole(samples, content, rate, pause) {
    const {about} = this, seconds = content.samples / rate, long = seconds > about.longest_clip_seconds;
    const reason = fault(content, rate, about);
    if (reason && !(long && reason.rule === "silent")) return {notJudged: reason};  // a part of it may not be silent
    const said = [];
    for (const [at, length] of partsOf(seconds, samples.length, about.longest_clip_seconds)) {
      const part = samples.subarray(at, at + length);
      if (long && fault(measured(part, about), about.sample_rate, about)) continue;
      said.push(await this.run(part));
      await pause();
    }
    if (!said.length) return {notJudged: {rule: "silent", text: `every part is below ${about.silent_dbfs} dBFS RMS`}};
    const windows = said.reduce((total, each) => total + each.windows, 0);
    const probabilities = about.labels.map((_, at) =>
      said.reduce((total, each) => total + each.probabilities[at] * each.windows, 0) / windows);
    return probabilities.every(Number.isFinite) ? {probabilities} : {notJudged: NO_ANSWER};
  }
}

const NO_ANSWER = {rule: "no-answer", text: "the model gives no number"};

async function fetched(name, progress) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name} cannot be had (status ${answer.status})`);
  const pieces = [];
  let length = 0;
  for (const reader = answer.body.getReader();;) {
    const {done, value} = await reader.read();
    if (done) break;
    pieces.push(value);
    progress(length += value.length);
  }
  const joined = new Uint8Array(length);
  pieces.reduce((at, piece) => (joined.set(piece, at), at + piece.length), 0);
  return joined;
}
