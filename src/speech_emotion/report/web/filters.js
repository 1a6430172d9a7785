// What clips are chosen by: a form, and a chip for each choice with which it is taken back.
import {byId, counted, el} from "ser/dom.js";
import {change, clips, dimensions, labels, listed, onChange, right, size, state, toggle} from "ser/store.js";

const OFFERED = ["result", "actual", "predicted", "speaker", "corpus", "sex", "flag", "heard"];
const FEW = 20;
const selects = {};

function offer(name) {
  const {title, values} = dimensions[name];
  selects[name] = el("select", {name, onchange: event => {
    const code = Number(event.target.value);
    change(state => {
      if (code < 0) state.chosen.delete(name);
      else state.chosen.set(name, code);
      state.page = 0;
    });
  }}, el("option", {value: -1}, "all"), ...values.map((value, code) => el("option", {value: code}, value)));
  return el("label", {}, title, selects[name]);
}

function chip(text, undo) {
  return el("button", {type: "button", "aria-label": `no longer only ${text}`, onclick: undo}, `${text} ✕`);
}

function show() {
  const chips = [...state.chosen].map(([name, code]) =>
    chip(`${dimensions[name].title}: ${dimensions[name].values[code]}`, () => toggle(name, code)));
  if (state.between) {
    const [low, high] = state.between;
    chips.push(chip(`confidence ${low} to ${high}`, () => change(state => { state.between = null; })));
  }
  if (state.text) chips.push(chip(`“${state.text}”`, () => change(state => { state.text = ""; search.value = ""; })));
  if (chips.length > 1) {
    chips.push(el("button", {type: "button", onclick: () => change(state => {
      state.chosen.clear();
      Object.assign(state, {text: "", between: null, page: 0});
      search.value = "";
    })}, "all clips"));
  }
  byId("chips").replaceChildren(...chips);
  for (const [name, select] of Object.entries(selects)) select.value = state.chosen.get(name) ?? -1;
  byId("told").textContent = summary(listed());
}

/** Say how many clips are chosen, and how many of them are right. */
function summary(found) {
  const some = found.length === size ? `All ${counted(size)} clips are shown` : `${counted(found.length)} of ${counted(size)} clips are shown`;
  if (!found.length) return `${some}.`;
  const all = labels.map(() => 0), hits = labels.map(() => 0);
  for (const clip of found) {
    all[clips.actual[clip]] += 1;
    hits[clips.actual[clip]] += right(clip);
  }
  const recalls = labels.map((_, at) => hits[at] / all[at]).filter(value => !Number.isNaN(value));
  const accuracy = hits.reduce((sum, number) => sum + number) / found.length;
  const uar = recalls.reduce((sum, value) => sum + value) / recalls.length;
  if (found.length < FEW) return `${some}: too few for a figure.`;
  // Clips that were chosen by what was said of them measure nothing.
  if (["result", "predicted", "actual"].some(name => state.chosen.has(name)) || state.between) return `${some}.`;
  return `${some}: UAR ${uar.toFixed(3)} over ${recalls.length} labels, accuracy ${accuracy.toFixed(3)}.`;
}

const search = el("input", {type: "search", name: "text", placeholder: "id, speaker, sentence", oninput: event => {
  change(state => { state.text = event.target.value; state.page = 0; });
}});

export function start() {
  byId("filters").append(el("label", {}, "search", search),
    ...OFFERED.filter(name => dimensions[name] && dimensions[name].values.length > 1).map(offer));
  byId("filters").addEventListener("submit", event => event.preventDefault());
  onChange(show);
  show();
}
