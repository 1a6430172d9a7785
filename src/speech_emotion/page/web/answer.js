// What the model says: a label and a bar for each class, which move.
import {background} from "./colours.js";
import {top} from "./course.js";
import {byId, clock, el, percent, say} from "./dom.js";

const rows = [];

/** Make the bars. */
export function start(labels) {
  byId("bars").replaceChildren(...labels.map((label, number) => {
    const bar = el("span", {class: "bar"}), value = el("td", {class: "n"});
    const swatch = el("span", {class: "swatch", "aria-hidden": "true"});
    bar.style.background = swatch.style.background = background(number);
    const name = el("th", {scope: "row"}, el("span", {class: "name"}, swatch, el("span", {}, label)));
    const row = el("tr", {}, name, el("td", {class: "track"}, bar), value);
    rows.push({row, bar, value});
    return row;
  }));
  empty();
}

function bars(probabilities) {
  const first = probabilities ? top(probabilities) : -1;
  rows.forEach(({row, bar, value}, at) => {
    bar.style.width = probabilities ? `${100 * probabilities[at]}%` : "0";
    say(value, probabilities ? percent(probabilities[at]) : "");
    row.title = probabilities ? probabilities[at].toFixed(5) : "";
    row.classList.toggle("first", at === first);
  });
}

/** Show what is said of a stretch, or of the whole recording. */
export function show(said, labels, title, notes = []) {
  const judged = said.probabilities;
  say(byId("of"), title);
  say(byId("label"), judged ? labels[top(judged)] : "not judged");
  byId("label").classList.toggle("none", !judged);
  say(byId("sure"), judged ? percent(Math.max(...judged)) : said.notJudged.text);
  say(byId("notes"), notes.length ? `Note: ${notes.join("; ")}.` : "");
  bars(judged);
}

/** Show that nothing was said yet. */
export function empty(title = "Nothing heard yet") {
  say(byId("of"), title);
  say(byId("label"), "–");
  byId("label").classList.add("none");
  say(byId("sure"), "");
  say(byId("notes"), "");
  bars(null);
}

/** Name a stretch. */
export const between = ({start, end}) => `${clock(start)} to ${clock(end)}`;
