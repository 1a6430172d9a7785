// Figures below the explorer: training, calibration, mistakes and groups, all of which lead back to the clips.
import {byId, el, fixed} from "ser/dom.js";
import {chart} from "ser/charts.js";
import {canBeHeard, change, clips, confidence, data, dimensions, labels, right, said, size, toggle} from "ser/store.js";
import {pick, showList} from "ser/list.js";

const SHOWN = 12;
const share = {low: 0, high: 1};

function rows(columns) {
  const names = Object.keys(columns);
  return (columns[names[0]] ?? []).map((_, at) => Object.fromEntries(names.map(name => [name, columns[name][at]])));
}

function grouped(table, key) {
  const groups = new Map();
  for (const row of table) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}

function training() {
  const epochs = rows(data.history);
  if (!epochs.length) return;
  const last = Math.max(...epochs.map(row => row.epoch)), networks = grouped(epochs, row => `${row.fold} ${row.network}`);
  for (const measure of ["loss", "accuracy"]) {
    const column = name => (table => table.filter(row => row[name] != null).map(row => [row.epoch, row[name]]));
    const mean = name => grouped(epochs.filter(row => row[name] != null), row => row.epoch)
      .map(table => [table[0].epoch, table.reduce((sum, row) => sum + row[name], 0) / table.length]).sort((a, b) => a[0] - b[0]);
    const both = [[measure, "training", "first"], [`val_${measure}`, "validation", "second"]];
    const values = epochs.flatMap(row => [row[measure], row[`val_${measure}`]]).filter(value => value != null);
    chart(measure, {
      about: `${measure} of training and validation over ${last} epochs`,
      lines: both.flatMap(([name, title, kind]) => [
        ...(networks.length > 1 ? networks.map(table => ({kind, thin: true, points: column(name)(table)})) : []),
        {name: title, kind, points: mean(name)}]),
      marks: epochs.filter(row => row.kept && row[`val_${measure}`] != null).map(row => ({
        x: row.epoch, y: row[`val_${measure}`], kind: "ring", label: `fold ${row.fold}: epoch ${row.epoch} kept`})),
      x: {low: Math.min(1, last - 1), high: last, whole: true, title: "epoch"},
      y: measure === "accuracy" ? share : {low: 0, high: Math.max(...values) * 1.05},
    });
  }
}

function calibration() {
  const plain = rows(data.reliability), warm = rows(data.reliability_tempered), curve = rows(data.coverage);
  const ours = data.applied ? warm : plain;  // of the probabilities that the clips on this page have
  const points = table => table.map(row => [row.confidence, row.accuracy]);
  chart("reliability", {
    about: "Accuracy over confidence",
    lines: [{name: "confidence is right", kind: "third", points: [[0, 0], [1, 1]]}, {name: "without temperature", kind: "first", points: points(plain)},
      {name: "with temperature", kind: "second", points: points(warm)}],
    marks: ours.map(row => ({
      x: row.confidence, y: row.accuracy, kind: "point",
      label: `confidence ${row.low} to ${row.high}: ${row.clips} clips, ${fixed(100 * row.accuracy, 0)} % right; list them`,
      act: () => { change(state => { Object.assign(state, {between: [row.low, row.high], page: 0}); }); showList(); },
    })),
    x: {...share, title: "confidence"}, y: share,
  });
  chart("coverage", {
    about: "Accuracy over the share of clips that is judged",
    lines: [["accuracy", "without temperature", "first"], ["accuracy_tempered", "with temperature", "second"]].map(([column, name, kind]) =>
      ({name, kind, points: curve.map(row => [row.share, row[column]])})),
    x: {...share, title: "share that is judged, the surest first"}, y: share,
  });
}

function mistakes() {
  const wrong = [];
  for (let clip = 0; clip < size; clip += 1) if (!right(clip)) wrong.push(clip);
  wrong.sort((a, b) => confidence(b) - confidence(a) || a - b);
  byId("mistake-list").append(...wrong.slice(0, SHOWN).map(clip => el("li", {}, el("button", {type: "button", "data-clip": clip, onclick: () => { pick(clip); byId("player-pane").scrollIntoView({block: "center"}); }},
    el("span", {}, canBeHeard(clip) ? "▶ " : "○ ", el("strong", {}, `${labels[clips.actual[clip]]} → ${labels[clips.predicted[clip]]}`), `  ${fixed(confidence(clip), 2)}`),
    el("small", {}, [said(clip, "speaker"), said(clip, "statement"), said(clip, "intensity")].filter(text => text && text !== "not known").join(" · "))))));
  if (!wrong.length) byId("mistake-list").append(el("li", {}, "There are none."));
}

function groups() {
  for (const button of document.querySelectorAll(".group")) {
    const name = {label: "actual"}[button.dataset.dimension] ?? button.dataset.dimension;
    const code = dimensions[name] ? dimensions[name].values.indexOf(button.dataset.value) : -1;
    if (code < 0) button.replaceWith(button.textContent);
    else button.addEventListener("click", () => { toggle(name, code); showList(); });
  }
}

export function start() {
  training();
  calibration();
  mistakes();
  groups();
}
