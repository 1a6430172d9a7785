// The list of the chosen clips, page by page; a row plays.
import {byId, counted, el, fixed, svg} from "ser/dom.js";
import {canBeHeard, chance, change, choose, clips, confidence, flags, labels, listed, onChange, right, said, size, state} from "ser/store.js";
import {play} from "ser/player.js";

export const ROWS = 15;
const COLUMNS = [
  ["result", "", cell => el("span", {class: right(cell) ? "right" : "wrong"}, right(cell) ? "✓" : "✗", el("span", {class: "hidden"}, right(cell) ? " right" : " wrong")), "result"],
  ["actual", "", clip => labels[clips.actual[clip]], "actual"],
  ["predicted", "", clip => labels[clips.predicted[clip]], "predicted"],
  ["confidence", "n", clip => fixed(confidence(clip), 2), "confidence"],
  [null, "strip wide", strip, "probabilities"],
  ["speaker", "mid", clip => said(clip, "speaker"), "speaker"],
  ["seconds", "n wide", clip => clips.seconds ? fixed(clips.seconds[clip], 1) : "", "seconds"],
  ["noticed", "wide", clip => flags(clip).join(", "), "noticed"],
  ["clip", "wide", clip => el("code", {title: clips.id[clip]}, clips.id[clip].slice(0, clips.id[clip].lastIndexOf("-") + 7)), "clip"],
];

/** Bars of a clip's probabilities, one for each label. */
function strip(clip) {
  const width = 108 / labels.length;
  const told = labels.map((label, at) => [chance(clip, at), label]).sort((a, b) => b[0] - a[0]).slice(0, 3);
  return svg("svg", {width: 108, height: 20, role: "img", "aria-label": told.map(([value, label]) => `${label} ${fixed(value, 2)}`).join(", ")},
    svg("title", {}, told.map(([value, label]) => `${label} ${fixed(value, 2)}`).join(", ")),
    svg("path", {d: "M0 19.5H108", stroke: "var(--edge)"}),
    ...labels.map((_, at) => svg("rect", {
      x: at * width + 1, width: Math.max(1, width - 2), height: 18 * chance(clip, at), y: 19 - 18 * chance(clip, at),
      fill: at === clips.actual[clip] ? "var(--right)" : at === clips.predicted[clip] ? "var(--wrong)" : "var(--guess)",
    })));
}

function head([sort, kind, , title]) {
  if (!sort) return el("th", {scope: "col", class: kind}, title);
  const on = state.sort === sort;
  return el("th", {scope: "col", class: kind || false, "aria-sort": on ? (state.descending ? "descending" : "ascending") : "none"},
    el("button", {type: "button", "data-sort": sort, onclick: () => {
      change(state => {
        state.descending = on ? !state.descending : ["result", "confidence", "seconds"].includes(sort);
        Object.assign(state, {sort, page: 0});
      });
      byId("list").querySelector(`[data-sort="${sort}"]`).focus();
    }}, title, on ? (state.descending ? " ↓" : " ↑") : ""));
}

function row(clip, tabindex) {
  const play_it = event => { event.stopPropagation(); pick(clip); };
  const name = `${labels[clips.actual[clip]]} said ${labels[clips.predicted[clip]]}, ${said(clip, "speaker")}`;
  return el("tr", {class: clip === state.current ? "here" : false, "data-clip": clip, onclick: play_it},
    el("td", {}, el("button", {type: "button", class: "play", tabindex, "aria-label": `${canBeHeard(clip) ? "play" : "show"} ${name}`, onclick: play_it}, canBeHeard(clip) ? "▶" : "○")),
    ...COLUMNS.map(([, kind, show]) => el("td", {class: kind || false}, show(clip) || "")));
}

function draw() {
  const place = byId("list"), found = listed();
  const pages = Math.max(1, Math.ceil(found.length / ROWS));
  state.page = Math.min(state.page, pages - 1);
  const shown = found.slice(state.page * ROWS, (state.page + 1) * ROWS);
  const inList = place.querySelector("tbody")?.contains(document.activeElement);
  const first = shown.includes(state.current) ? state.current : shown[0];
  place.replaceChildren(el("table", {"aria-label": "Chosen clips"},
    el("thead", {}, el("tr", {}, el("td"), ...COLUMNS.map(head))),
    el("tbody", {}, ...shown.map(clip => row(clip, clip === first ? 0 : -1)))));
  if (inList) place.querySelector('.play[tabindex="0"]')?.focus();
  const page = (title, to, enabled) => el("button", {type: "button", disabled: !enabled, onclick: () => change(state => { state.page = to; })}, title);
  byId("list-title").textContent = `Clips (${counted(found.length)}${found.length < size ? ` of ${counted(size)}` : ""})`;
  byId("pages").replaceChildren(page("← page before", state.page - 1, state.page > 0),
    el("span", {}, `page ${counted(state.page + 1)} of ${counted(pages)}`), page("next page →", state.page + 1, state.page < pages - 1));
}

byId("list").addEventListener("keydown", event => {
  if (!event.target.classList.contains("play")) return;
  const buttons = [...byId("list").querySelectorAll(".play")], at = buttons.indexOf(event.target);
  const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1}[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (!buttons[to]) return;
  event.target.tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
});

/** Make a clip the current one and play it. */
export function pick(clip) {
  choose(clip, ROWS);
  play(clip);
}

/** Play the clip so many places further in the list. */
export function step(by) {
  const found = listed(), at = found.indexOf(state.current);
  const to = at < 0 ? 0 : at + by;
  if (found[to] !== undefined) pick(found[to]);
}

/** Bring the list into view, as when clips were chosen elsewhere. */
export function showList() {
  byId("list-pane").scrollIntoView({block: "nearest"});
  byId("list-title").focus({preventScroll: true});
}

export function start() {
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  onChange(draw);
  draw();
}
