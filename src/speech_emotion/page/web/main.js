// The page: what it is asked for, and what it shows meanwhile.
import * as answer from "./answer.js";
import {Course} from "./course.js";
import {decode} from "./decode.js";
import {byId, clock, say} from "./dom.js";
import * as facts from "./facts.js";
import {missing, openMicrophone} from "./microphone.js";
import * as scope from "./scope.js";
import * as table from "./table.js";
import {encodeWav} from "./wav.js";

const LONGEST_RECORDING = 600, LONGEST_FILE = 1800;  // s
const LARGEST_FILE = 500e6;
const root = document.documentElement, sound = byId("sound");
let about = null, worker = null, ready = false;
let id = 0, course = null, whole = null, address = null;  // of what is shown
let recorder = null, blocks = [];

/** Say where the page stands: for people, and for the style. */
function stand(state, text, share = null) {
  root.dataset.state = state;
  say(byId("status"), text);
  byId("progress").hidden = share === null;
  if (share !== null) byId("progress").value = share;
  byId("record").disabled = !recorder && (!ready || Boolean(missing()));
  byId("choose").disabled = !ready || Boolean(recorder);
  byId("record").setAttribute("aria-pressed", String(Boolean(recorder)));
  say(byId("record-text"), recorder ? "Stop" : "Record");
}

const fail = text => stand("failed", text);

const told = {
  loading({share}) {  // what still comes in after a failure changes nothing
    if (root.dataset.state === "loading") stand("loading", "Fetching the model …", share);
  },
  ready() {
    ready = true;
    stand("ready", missing() || "Record, choose a file, or drop one anywhere on this page.");
  },
  failed({text}) {
    fail(ready ? `This cannot be judged: ${text}.` : `The model cannot be used here: ${text}.`);
  },
  picture({step, seconds, columns}) {
    course = new Course(about.labels, seconds, step);
    course.draw(columns, false);
    scope.show(course, about.sample_rate, false);
  },
  columns({columns}) {
    if (!recorder) return;
    course.draw(columns, true);
    scope.redraw();
    stand("listening", `Listening, ${clock(Math.floor(course.seconds))}`);
    if (course.seconds > LONGEST_RECORDING) stopRecording();
  },
  window({said, share, early}) {
    if (!early) course.windows.push(said);
    if (recorder) answer.show(said, about.labels, `Now: the last ${+(said.end - said.start).toFixed(2)} s`);
    else stand("judging", "Judging …", share);
    scope.redraw();
  },
  whole({said}) {
    whole = said;
    root.dataset.shown = "true";
    look(null);
    scope.redraw();
    table.show(course);
    const number = course.windows.length;
    stand("done", `Judged: ${clock(course.seconds)} in ${number} window${number === 1 ? "" : "s"}.`);
  },
};

/** Show what is said at a place, or of all. */
function look(seconds) {
  if (!course) return;
  scope.lookAt(seconds);
  const said = seconds === null ? whole : course.at(seconds);
  if (!said) return;
  if (seconds === null) answer.show(said, about.labels, "The whole recording", said.flags);
  else answer.show(said, about.labels, answer.between(said));
}

function judge(samples, rate, blob) {
  id += 1;
  whole = course = null;
  answer.empty("Judging …");
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(blob);
  sound.src = address;
  stand("judging", "Judging …", 0);
  worker.postMessage({kind: "clip", id, samples, rate});
}

async function takeFile(file) {
  if (!ready || recorder || !file) return;
  root.dataset.shown = "false";
  say(byId("name"), file.name);
  byId("save").hidden = true;
  stand("judging", "Reading …");
  try {
    if (file.size > LARGEST_FILE) throw new Error("it is larger than 500 MB");
    if (await durationOf(file) > LONGEST_FILE) throw new Error(TOO_LONG);
    const {samples, rate} = await decode(await file.arrayBuffer());
    if (samples.length / rate > LONGEST_FILE) throw new Error(TOO_LONG);
    judge(samples, rate, file);
  } catch (error) {
    answer.empty();
    fail(`${file.name} cannot be judged: ${error.message}.`);
  }
}

const TOO_LONG = `it is longer than ${LONGEST_FILE / 60} minutes; the command ser timeline takes any length`;

/** Seconds that a file's head says, before all of it is decoded; 0 where it says none. */
function durationOf(file) {
  return new Promise(resolve => {
    const player = new Audio(), url = URL.createObjectURL(file);
    const end = seconds => {
      URL.revokeObjectURL(url);
      resolve(seconds);
    };
    player.preload = "metadata";
    player.onloadedmetadata = () => end(Number.isFinite(player.duration) ? player.duration : 0);
    player.onerror = () => end(0);
    player.src = url;
  });
}

async function startRecording() {
  sound.pause();
  stand("asking", "Waiting for the microphone …");
  id += 1;
  const own = id;
  blocks = [];
  try {
    recorder = await openMicrophone(block => {
      blocks.push(block);
      if (recorder && own === id) worker.postMessage({kind: "sound", id, block});
    }, stopRecording);
  } catch (error) {
    fail(error.message);
    return;
  }
  course = new Course(about.labels);
  whole = null;
  root.dataset.shown = "false";
  say(byId("name"), "Recording");
  worker.postMessage({kind: "live", id, rate: recorder.rate});
  for (const block of blocks) worker.postMessage({kind: "sound", id, block});
  answer.empty("Now");
  scope.show(course, about.sample_rate, true);
  stand("listening", "Listening, 0:00");
}

async function stopRecording() {
  const ended = recorder;
  if (!ended) return;
  recorder = null;
  stand("judging", "Judging …", 0);
  await ended.close();
  const samples = new Float32Array(blocks.reduce((total, block) => total + block.length, 0));
  blocks.reduce((at, block) => (samples.set(block, at), at + block.length), 0);
  blocks = [];
  const file = new Blob([encodeWav(samples, ended.rate)], {type: "audio/wav"});
  judge(samples, ended.rate, file);
  byId("save").hidden = false;
}

function save(url, name) {
  Object.assign(document.createElement("a"), {href: url, download: name}).click();
}

function wire() {
  let busy = false;
  byId("record").addEventListener("click", async () => {
    if (busy) return;  // the browser is asking, or the last samples are on their way
    busy = true;
    await (recorder ? stopRecording() : startRecording());
    busy = false;
  });
  byId("choose").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", ({target}) => {
    takeFile(target.files[0]);
    target.value = "";
  });
  byId("save").addEventListener("click", () => save(address, "recording.wav"));
  byId("csv").addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([table.asCsv(course)], {type: "text/csv"}));
    save(url, "windows.csv");
    URL.revokeObjectURL(url);
  });
  byId("all").addEventListener("click", () => {
    sound.pause();
    look(null);
  });
  scope.start(seconds => {
    if (seconds !== null && sound.duration) sound.currentTime = Math.min(seconds, sound.duration);
    look(seconds);
  });
  const follow = () => {
    if (sound.paused || !whole) return;
    look(sound.currentTime);
    requestAnimationFrame(follow);
  };
  sound.addEventListener("play", follow);
  addEventListener("dragover", event => {
    event.preventDefault();
    root.dataset.over = "true";
  });
  addEventListener("dragleave", event => event.relatedTarget || delete root.dataset.over);
  addEventListener("drop", event => {
    event.preventDefault();
    delete root.dataset.over;
    takeFile(event.dataTransfer.files[0]);
  });
}

async function begin() {
  stand("loading", "Fetching the model …", 0);
  const answered = await fetch("model/model.json");
  if (!answered.ok) throw new Error(`model/model.json cannot be had (status ${answered.status})`);
  about = await answered.json();
  facts.show(about);
  answer.start(about.labels);
  wire();
  // A worker that is made of a text obeys this page's policy, which forbids all connections but to its own host; one
  // that is fetched obeys what its host sends with it.
  const text = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
  worker = new Worker(URL.createObjectURL(new Blob([text], {type: "text/javascript"})), {type: "module"});
  worker.onmessage = ({data}) => (data.id === null || data.id === id) && told[data.kind](data);
  worker.onerror = event => fail(`This browser cannot run the model (${event.message || "too old?"}).`);
  worker.postMessage({kind: "open", id: null, about});
}

begin().catch(error => fail(`The page cannot start: ${error.message}.`));
