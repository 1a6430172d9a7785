// The player: a clip's sound, waveform, spectrogram, probabilities, and what is known of it.
import {byId, colour, el, fitted, fixed, onTheme, onWidth} from "ser/dom.js";
import {heightOf, picture} from "ser/spectrum.js";
import {audio, chance, clips, data, flags, labels, right, said, state} from "ser/store.js";

const RATE = 16000;
const FACTS = ["speaker", "sex", "corpus", "language", "intensity", "statement"];
const sound = byId("sound"), scope = byId("scope");
let samples = null, address = null;

/** Show a clip and, if it is in the page, play it. */
export async function play(clip) {
  describe(clip);
  byId("player-pane").classList.add("loaded");
  const url = audio[clips.id[clip]];
  sound.hidden = scope.hidden = !url;
  sound.pause();
  samples = null;
  if (!url) return;
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), letter => letter.charCodeAt(0));
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([bytes], {type: "audio/mpeg"}));
  sound.src = address;
  sound.play().catch(() => {});  // a browser may want a click on the player itself
  try {
    const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes.buffer);
    if (state.current !== clip) return;  // another was chosen meanwhile
    samples = decoded.getChannelData(0);
    draw();
  } catch {
    scope.hidden = true;
  }
}

function describe(clip) {
  const actual = labels[clips.actual[clip]], predicted = labels[clips.predicted[clip]], good = right(clip);
  byId("now").replaceChildren(
    el("strong", {}, good ? actual : `${actual} → ${predicted}`),
    el("span", {class: good ? "right" : "wrong"}, good ? "  ✓ right" : "  ✗ wrong"),
    ...(clips.id[clip] in audio ? [] : [el("p", {class: "hint"}, "No audio of this clip is in the page: ",
      data.restricted.includes(said(clip, "corpus")) ? "its corpus may not be passed on." : "see below the list.")]));
  const rows = labels.map((label, at) => [chance(clip, at), label, at]).sort((a, b) => b[0] - a[0]).map(([value, label, at]) => {
    const bar = el("span", {class: "bar"});
    bar.style.width = `${100 * value}%`;
    const kind = [at === clips.actual[clip] && "actual", at === clips.predicted[clip] && "said"].filter(Boolean).join(" ");
    return el("tr", {class: kind || false}, el("th", {scope: "row"}, label), el("td", {class: "track"}, bar), el("td", {class: "n"}, fixed(value, 3)));
  });
  const facts = [...FACTS.map(name => [name, said(clip, name)]), ["noticed", flags(clip).join(", ")],
    ["baseline says", labels[clips.baseline[clip]]], ["seconds", clips.seconds ? fixed(clips.seconds[clip], 2) : ""],
    ["fold", clips.fold[clip]], ["clip", el("code", {}, clips.id[clip])]];
  byId("detail").replaceChildren(
    el("table", {class: "chances", "aria-label": "Probabilities"}, el("tbody", {}, ...rows)),
    el("dl", {}, ...facts.filter(([, value]) => value !== "" && value !== "not known").flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

function draw() {
  if (!samples || !scope.clientWidth) return;  // hidden, as it is on paper
  drawWave();
  drawSpectrogram();
  move();
}

function drawWave() {
  const {context, width, height} = fitted(byId("wave"));
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  context.fillStyle = colour("--cell");
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor(x * samples.length / width), to = Math.max(from + 1, Math.floor((x + 1) * samples.length / width));
    let low = 0, high = 0;
    for (let at = from; at < to; at += 1) {
      low = Math.min(low, samples[at]);
      high = Math.max(high, samples[at]);
    }
    const top = height / 2 * (1 - 0.95 * high / peak), bottom = height / 2 * (1 - 0.95 * low / peak);
    context.fillRect(x, top, 1, Math.max(1, bottom - top));
  }
  context.fillStyle = colour("--muted");
  context.font = "11px system-ui, sans-serif";
  const seconds = samples.length / RATE, step = [0.5, 1, 2, 5, 10, 30, 60, 120].find(each => seconds / each <= 6) ?? 300;
  for (let at = step; at < seconds; at += step) {
    const x = at / seconds * width;
    context.fillRect(x, height - 4, 1, 4);
    if (x < width - 24) context.fillText(`${at} s`, x + 3, height - 3);
  }
}

function drawSpectrogram() {
  const canvas = byId("spectrogram");
  const {context, width, height} = fitted(canvas);
  const image = picture(samples, RATE, Math.max(1, Math.min(Math.round(width), Math.ceil(samples.length / 64))), Math.round(height));
  const sheet = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
  sheet.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(sheet, 0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = "#fff";
  context.shadowColor = "#000";
  context.shadowBlur = 3;
  for (const frequency of [500, 1000, 2000, 4000]) {
    const y = height * (1 - heightOf(frequency, RATE));
    context.fillRect(0, y, 5, 1);
    context.fillText(frequency < 1000 ? `${frequency} Hz` : `${frequency / 1000} kHz`, 8, y + 4);
  }
}

function move() {
  const seconds = sound.duration || (samples ? samples.length / RATE : 0);
  byId("head").style.left = seconds ? `${100 * sound.currentTime / seconds}%` : "0";
  if (!sound.paused) requestAnimationFrame(move);
}

export function start() {
  byId("detail").replaceChildren(el("p", {class: "hint"}, "Choose a clip: in the list, on the map, or among the mistakes."));
  for (const name of ["play", "seeked", "pause", "ended"]) sound.addEventListener(name, move);
  scope.addEventListener("click", event => {
    const {left, width} = scope.getBoundingClientRect();
    if (sound.duration) sound.currentTime = sound.duration * (event.clientX - left) / width;
  });
  byId("close").addEventListener("click", () => {
    sound.pause();
    byId("player-pane").classList.remove("loaded");
  });
  onWidth(scope, draw);
  onTheme(draw);
}
