// The map: each clip a point. Chosen clips in front, a click or Enter plays, arrow keys go to the nearest point.
import {byId, colour, el, fitted, fixed, onTheme, onWidth} from "ser/dom.js";
import {mark, swatch} from "ser/palette.js";
import {canBeHeard, clips, data, dimensions, labels, matching, onChange, said, state, toggle} from "ser/store.js";
import {pick} from "ser/list.js";

const SCALE = 1000, EDGE = 16, NEAR = 22;
const canvas = byId("map"), space = byId("map-space"), by = byId("map-colour");
const COLOURS = ["actual", "predicted", "result", "speaker", "sex", "corpus", "language"].filter(name => dimensions[name]);
const folds = [...new Set(clips.fold)];
let points = [], cursor = null;

const spaces = () => [
  ...(clips.layer ? folds.map(fold => [String(fold), `last layer${folds.length > 1 ? `, fold ${fold}` : ""}`]) : []),
  ["answers", "probabilities"],
];

function codeOf(clip) {
  const name = by.value;
  if (name === "actual" || name === "predicted") return clips[name][clip];
  if (name === "result") return clips.actual[clip] === clips.predicted[clip] ? 0 : 5;
  return clips.named[name].codes[clip];
}

function draw() {
  const {context, width, height} = fitted(canvas);
  const places = space.value === "answers" ? clips.answers : clips.layer;
  const wide = width - 2 * EDGE, tall = height - 2 * EDGE;
  const chosen = new Set(matching()), edge = colour("--surface");
  points = [];
  for (let clip = 0; clip < clips.id.length; clip += 1) {
    if (space.value !== "answers" && String(clips.fold[clip]) !== space.value) continue;
    points.push({clip, x: width / 2 + (places[2 * clip] / SCALE - 0.5) * wide, y: height / 2 - (places[2 * clip + 1] / SCALE - 0.5) * tall, on: chosen.has(clip)});
  }
  const radius = points.length > 4000 ? 2.4 : points.length > 800 ? 3.4 : 5;
  for (const on of [false, true]) {
    context.globalAlpha = on ? 0.95 : 0.2;
    for (const point of points) {
      if (point.on === on) mark(context, codeOf(point.clip), point.x, point.y, radius, !canBeHeard(point.clip), edge);
    }
  }
  context.globalAlpha = 1;
  context.lineWidth = 2.5;
  for (const [clip, name] of [[cursor, "--accent"], [state.current, "--ink"]]) {
    const point = points.find(each => each.clip === clip);
    if (!point) continue;
    context.strokeStyle = colour(name);
    context.beginPath();
    context.arc(point.x, point.y, radius + 5, 0, 2 * Math.PI);
    context.stroke();
  }
}

function legend() {
  const name = by.value, {values} = dimensions[name];
  byId("legend").replaceChildren(...values.map((value, code) => el("button", {
    type: "button", "aria-pressed": String(state.chosen.get(name) === code), onclick: () => toggle(name, code),
  }, swatch(name === "result" ? 5 * code : code), value)));
}

function about() {
  const share = data.explained[space.value];
  const what = space.value === "answers"
    ? "What the model says of a clip: principal components of the logarithms of its probabilities"
    : `Principal components of the network's last layer${folds.length > 1 ? "; each fold has a network and a map of its own" : ""}`;
  byId("map-about").textContent = `${what} (${fixed(100 * share, 0)} % of the variance). Filled points can be heard.`;
}

function nearest(x, y, reach, from = null) {
  let best = null, least = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (point.on && point !== from && distance < least) [best, least] = [point, distance];
  }
  return best;
}

/** The nearest chosen point in a direction; what is aside counts as further. */
function towards(from, [right, down]) {
  let best = null, least = Infinity;
  for (const point of points) {
    const along = (point.x - from.x) * right + (point.y - from.y) * down;
    const aside = Math.abs((point.x - from.x) * down) + Math.abs((point.y - from.y) * right);
    if (point.on && along > 0.5 && along + 2 * aside < least) [best, least] = [point, along + 2 * aside];
  }
  return best;
}

const name = clip => `${labels[clips.actual[clip]]}, said ${labels[clips.predicted[clip]]}, ${said(clip, "speaker")}`;

function follow(point) {
  cursor = point.clip;
  canvas.title = name(cursor);
  byId("told").textContent = name(cursor);
  draw();
}

function start_points() {
  canvas.addEventListener("click", event => {
    const found = nearest(event.offsetX, event.offsetY, NEAR);
    if (found) pick(found.clip);
  });
  canvas.addEventListener("mousemove", event => {
    const found = nearest(event.offsetX, event.offsetY, NEAR);
    canvas.title = found ? name(found.clip) : "";
  });
  canvas.addEventListener("keydown", event => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    const here = points.find(point => point.clip === (cursor ?? state.current) && point.on) ?? points.find(point => point.on);
    if (!here) return;
    if (way) follow(cursor == null ? here : towards(here, way) ?? here);
    else if (event.key === "Enter" || event.key === " ") pick(here.clip);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => { cursor = null; draw(); });
}

export function start() {
  space.append(...spaces().map(([value, title]) => el("option", {value}, title)));
  if (folds.length > 1) space.value = "answers";
  by.append(...COLOURS.map(value => el("option", {value}, value)));
  const all = () => { legend(); about(); draw(); };
  for (const select of [space, by]) select.addEventListener("change", all);
  onChange(state => {
    // The current clip is on the map of its own fold only.
    if (state.current != null && space.value !== "answers" && String(clips.fold[state.current]) !== space.value) {
      space.value = String(clips.fold[state.current]);
      about();
    }
    legend();
    draw();
  });
  start_points();
  onTheme(draw);
  onWidth(canvas, all);
}
