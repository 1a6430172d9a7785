// What is known of the model, for people.
import {byId, el, megabytes, percent} from "./dom.js";

/** Fill in what model.json says. */
export function show(about) {
  const bytes = Object.values(about.num_bytes).reduce((sum, each) => sum + each, 0);
  byId("synthetic").hidden = !about.synthetic;
  const rows = [
    ["Answers", about.labels.join(", ")],
    ["Trained on", ...about.corpora.map(corpus => el("div", {}, `${corpus.title}: ${counted(corpus.clips)} clips of ` +
      `${counted(corpus.speakers)} speakers${corpus.languages?.length ? ` (${corpus.languages.join(", ")})` : ""}; ` +
      `licence of its audio: ${corpus.licence ?? "its owner's"}`))],
    ["Tested", tested(about)],
    ["Windows", `${about.window_seconds} s, every ${about.hop_seconds} s; each is judged by itself`],
    ["Not judged", `silence, scraps under ${about.min_duration} s, damaged sound`],
    ["Fetched", `${megabytes(bytes)}, from this page's own folder, and nothing else`],
  ];
  byId("facts").replaceChildren(...rows.filter(([, ...said]) => said.length && said[0]).map(([name, ...said]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, ...said))));
  byId("card").hidden = !about.card;
}

function tested({scores, validation}) {
  if (scores?.uar != null) {
    const {low, high} = scores.interval?.uar ?? {};
    const range = low == null ? "" : `, ${percent(low)} to ${percent(high)} with other speakers`;
    const who = scores.speaker_independent === false ? "speakers that it knew" : "speakers that it had never heard";
    return `${percent(scores.uar)} of an emotion's clips named correctly, on average (UAR${range}), by ` +
      `${scores.counts?.test_speakers ?? "some"} ${who}; guessing gives ${percent(scores.chance_uar ?? 0)}`;
  }
  const score = validation?.find(each => each.uar != null);
  return score ? `${percent(score.uar)} UAR on the part by which the training was steered; no test is known`
    : "no score is known";
}

const counted = number => Number(number).toLocaleString("en-GB");
