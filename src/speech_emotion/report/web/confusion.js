// The confusion matrix of the clips that are chosen otherwise. A cell is a button that chooses its clips.
import {byId, counted, el, onTheme, rgb} from "ser/dom.js";
import {mixed} from "ser/palette.js";
import {change, clips, labels, matching, onChange, state} from "ser/store.js";

const place = byId("confusion");
let focused = [0, 0];

function draw() {
  const counts = labels.map(() => labels.map(() => 0));
  for (const clip of matching("actual", "predicted")) counts[clips.actual[clip]][clips.predicted[clip]] += 1;
  const paper = rgb("--raised"), ink = rgb("--cell");
  const row = (numbers, actual) => {
    const all = numbers.reduce((sum, number) => sum + number, 0);
    return el("tr", {}, el("th", {scope: "row", title: labels[actual]}, labels[actual]), ...numbers.map((number, predicted) => {
      const share = all ? number / all : 0;
      const pressed = state.chosen.get("actual") === actual && state.chosen.get("predicted") === predicted;
      const here = state.current != null && clips.actual[state.current] === actual && clips.predicted[state.current] === predicted;
      const cell = el("button", {
        type: "button", "aria-pressed": String(pressed), class: here ? "here" : false,
        "data-at": `${actual} ${predicted}`, tabindex: focused[0] === actual && focused[1] === predicted ? 0 : -1,
        "aria-label": `actual ${labels[actual]}, predicted ${labels[predicted]}: ${counted(number)} clips, ${Math.round(100 * share)} % of the label`,
        onclick: () => chooseCell(actual, predicted),
      }, all ? Math.round(100 * share) : "–", number ? el("small", {}, counted(number)) : null);
      const {background, text} = mixed(paper, ink, share);
      cell.style.background = background;
      cell.style.color = text;
      return el("td", {}, cell);
    }));
  };
  const short = name => el("th", {scope: "col", title: name}, el("span", {"aria-hidden": "true"}, name.slice(0, 3)), el("span", {class: "hidden"}, name));
  const kept = place.contains(document.activeElement) && document.activeElement !== place;
  place.replaceChildren(el("table", {"aria-label": "Rows: actual label. Columns: predicted label."},
    el("colgroup", {}, el("col", {class: "name"}), ...labels.map(() => el("col"))),
    el("thead", {}, el("tr", {}, el("td", {class: "hint"}, "actual ↓ said →"), ...labels.map(short))),
    el("tbody", {}, ...counts.map(row))));
  if (kept) cellAt(...focused).focus();
}

const cellAt = (actual, predicted) => place.querySelector(`[data-at="${actual} ${predicted}"]`);

function chooseCell(actual, predicted) {
  focused = [actual, predicted];
  change(state => {
    const again = state.chosen.get("actual") === actual && state.chosen.get("predicted") === predicted;
    for (const [name, code] of [["actual", actual], ["predicted", predicted]]) {
      if (again) state.chosen.delete(name);
      else state.chosen.set(name, code);
    }
    state.page = 0;
  });
}

place.addEventListener("keydown", event => {
  const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
  if (!step || !event.target.dataset.at) return;
  event.preventDefault();
  const last = labels.length - 1;
  cellAt(...focused).tabIndex = -1;
  focused = event.target.dataset.at.split(" ").map((at, axis) => Math.min(last, Math.max(0, Number(at) + step[axis])));
  cellAt(...focused).tabIndex = 0;
  cellAt(...focused).focus();
});

export function start() {
  onChange(draw);
  onTheme(draw);
  draw();
}
