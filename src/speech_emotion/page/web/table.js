// The windows as a table, and as a file for other programs.
import {top} from "./course.js";
import {byId, clock, el, percent} from "./dom.js";

/** Fill the table in. */
export function show(course) {
  byId("windows").replaceChildren(...course.windows.map(({start, end, probabilities, notJudged}) => {
    const at = probabilities ? top(probabilities) : -1;
    return el("tr", {}, el("td", {class: "n"}, clock(start)), el("td", {class: "n"}, clock(end)),
      el("td", {}, probabilities ? course.labels[at] : `not judged: ${notJudged.text}`),
      el("td", {class: "n"}, probabilities ? percent(probabilities[at]) : ""));
  }));
}

/** All numbers as CSV. */
export function asCsv(course) {
  const quoted = text => /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [["start", "end", "label", ...course.labels.map(label => `p_${label}`), "not_judged"]];
  for (const {start, end, probabilities, notJudged} of course.windows) {
    lines.push([start.toFixed(5), end.toFixed(5), probabilities ? course.labels[top(probabilities)] : "",
      ...course.labels.map((_, at) => probabilities ? probabilities[at].toFixed(6) : ""), notJudged?.rule ?? ""]);
  }
  return lines.map(line => line.map(quoted).join(",") + "\n").join("");
}
