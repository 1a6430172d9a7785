// The clips, what is chosen of them, and who wants to know when that changes.
import {byId} from "ser/dom.js";

export const data = JSON.parse(byId("data").textContent);
export const audio = JSON.parse(byId("audio").textContent);
export const {labels, clips} = data;
export const size = clips.id.length;

const MANY = labels.length;
/** Probability of a label, from 0 to 1. */
export const chance = (clip, label) => clips.p[clip * MANY + label] / 1000;
export const confidence = clip => chance(clip, clips.predicted[clip]);
export const right = clip => clips.actual[clip] === clips.predicted[clip];
export const canBeHeard = clip => clips.id[clip] in audio;
/** What a column of the manifest says of a clip, or "". */
export const said = (clip, name) => clips.named[name] ? clips.named[name].values[clips.named[name].codes[clip]] : "";
export const flags = clip => clips.flags.codes[clip].map(code => clips.flags.values[code]);

const folds = [...new Set(clips.fold)];
/** What clips can be chosen by: a title, the values, and whether a clip has the value of a number. */
export const dimensions = {
  result: {title: "result", values: ["right", "wrong"], has: (clip, code) => right(clip) === (code === 0)},
  actual: {title: "actual", values: labels, has: (clip, code) => clips.actual[clip] === code},
  predicted: {title: "predicted", values: labels, has: (clip, code) => clips.predicted[clip] === code},
  ...Object.fromEntries(Object.entries(clips.named).map(([name, {values, codes}]) =>
    [name, {title: name, values, has: (clip, code) => codes[clip] === code}])),
  flag: {title: "noticed", values: clips.flags.values, has: (clip, code) => clips.flags.codes[clip].includes(code)},
  fold: {title: "fold", values: folds.map(String), has: (clip, code) => clips.fold[clip] === folds[code]},
  heard: {title: "audio", values: ["in this page", "not in this page"], has: (clip, code) => canBeHeard(clip) === (code === 0)},
};

const SORTS = {
  result: clip => (right(clip) ? 0 : 10) + confidence(clip),
  clip: clip => clips.id[clip],
  actual: clip => labels[clips.actual[clip]],
  predicted: clip => labels[clips.predicted[clip]],
  confidence,
  speaker: clip => said(clip, "speaker"),
  seconds: clip => clips.seconds ? clips.seconds[clip] : 0,
  noticed: clip => flags(clip).join(),
};

export const state = {
  chosen: new Map(), text: "", between: null, sort: "result", descending: true, page: 0, current: null,
};
const listeners = [];
let known = null;

export const onChange = listener => listeners.push(listener);

/** Change the state, and tell everybody. */
export function change(how) {
  how(state);
  known = null;
  for (const listener of listeners) listener(state);
}

/** Choose clips by a value, or no longer if they are already. */
export function toggle(name, code) {
  change(state => {
    if (state.chosen.get(name) === code) state.chosen.delete(name);
    else state.chosen.set(name, code);
    state.page = 0;
  });
}

/** Numbers of the clips that are chosen, leaving some dimensions aside. */
export function matching(...aside) {
  const needed = [...state.chosen].filter(([name]) => !aside.includes(name));
  const text = state.text.trim().toLowerCase();
  const found = [];
  for (let clip = 0; clip < size; clip += 1) {
    if (!needed.every(([name, code]) => dimensions[name].has(clip, code))) continue;
    if (state.between && !within(confidence(clip), state.between)) continue;
    if (text && !words(clip).includes(text)) continue;
    found.push(clip);
  }
  return found;
}

// As the bins of the reliability are: a border belongs to the bin above, 1 to the last one.
const within = (value, [low, high]) => value >= low - 1e-9 && (value < high - 1e-9 || high >= 1);
const words = clip => [clips.id[clip], said(clip, "speaker"), said(clip, "statement"), flags(clip).join(" ")].join(" ").toLowerCase();

/** The chosen clips in the order of the list. */
export function listed() {
  if (known) return known;
  const value = SORTS[state.sort], sign = state.descending ? -1 : 1;
  known = matching().map(clip => [value(clip), clip])
    .sort(([a, first], [b, second]) => (a < b ? -sign : a > b ? sign : first - second)).map(([, clip]) => clip);
  return known;
}

/** Make a clip the current one, on the page of the list that holds it. */
export function choose(clip, rows) {
  change(state => { state.current = clip; });
  const at = listed().indexOf(clip);
  if (at >= 0 && Math.floor(at / rows) !== state.page) change(state => { state.page = Math.floor(at / rows); });
}
