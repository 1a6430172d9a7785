// The pictures over time: which emotion, the waveform, the spectrogram; and the place that is looked at.
import {fill, heat, textOn} from "./colours.js";
import {top} from "./course.js";
import {byId, clock, fitted, percent, themed} from "./dom.js";
import {heightOf, ROWS} from "./picture.js";

const SHOWN_LIVE = 20;  // s
const RANGE = 140;  // half decibels from the darkest to the loudest
const STRIP = 22, LEAST_TEXT = 15;  // px
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
const HEAT = Uint8ClampedArray.from({length: 3 * 256}, (_, at) => heat(Math.floor(at / 3) / 255)[at % 3]);

let course = null, rate = 16000, live = false, place = null;

/** The stretch of time that is drawn, in s. */
function view() {
  if (!live) return {from: 0, to: Math.max(course.seconds, 0.1)};
  const to = Math.max(SHOWN_LIVE, course.seconds);
  return {from: to - SHOWN_LIVE, to};
}

/** Show a course; of live sound its last seconds. */
export function show(shown, sampleRate, isLive) {
  [course, rate, live, place] = [shown, sampleRate, isLive, null];
  const scope = byId("scope");
  scope.setAttribute("aria-disabled", String(live));
  scope.tabIndex = live ? -1 : 0;
  redraw();
}

let asked = false;

/** Draw anew, once a frame at most. */
export function redraw() {
  if (asked || !course) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const seen = view();
    drawCourse(seen);
    drawWave(seen);
    drawSpectrogram(seen);
    drawPlace();
  });
}

/** Put the line where it is looked at; null for nowhere. */
export function lookAt(seconds) {
  place = seconds;
  drawPlace();
}

function drawPlace() {
  const {from, to} = view(), scope = byId("scope"), said = place === null ? null : course.at(place);
  byId("line").hidden = place === null || live;
  byId("line").style.left = `${100 * ((place ?? 0) - from) / (to - from)}%`;
  scope.setAttribute("aria-valuemax", course.seconds.toFixed(2));
  scope.setAttribute("aria-valuenow", (place ?? 0).toFixed(2));
  scope.setAttribute("aria-valuetext", place === null ? "whole recording" : `${clock(place)}: ${inWords(said)}`);
}

function inWords(said) {
  if (!said) return "not judged yet";
  if (!said.probabilities) return `not judged, ${said.notJudged.text}`;
  const at = top(said.probabilities);
  return `${course.labels[at]} ${percent(said.probabilities[at])}`;
}

function drawCourse(seen) {
  const {context, width, height} = fitted(byId("course")), stacked = height - STRIP - 4;
  const x = seconds => (seconds - seen.from) / (seen.to - seen.from) * width;
  const end = live ? course.windows.at(-1)?.end : course.seconds;
  const paper = themed("--surface"), fills = course.labels.map((_, at) => fill(context, at));
  for (const {said, from, to} of course.stretches(end)) {
    if (to < seen.from) continue;
    const left = Math.floor(x(from)), wide = Math.max(1, Math.floor(x(to)) - left);
    if (!said.probabilities) {
      hatched(context, left, STRIP + 4, wide, stacked);
      continue;
    }
    let above = height;
    said.probabilities.forEach((share, at) => {
      const tall = share * stacked;
      context.fillStyle = fills[at];
      context.fillRect(left, above - tall, wide, tall);
      above -= tall;
      context.fillStyle = paper;  // a seam, so that areas are told apart without colour
      if (tall > 3) context.fillRect(left, above, wide, 1);
    });
  }
  for (const {label, from, to} of course.runs(end)) strip(context, label, Math.max(0, x(from)), x(to), fills);
  names(context, x, stacked, height);
}

function strip(context, label, left, right, fills) {
  if (right <= left) return;
  if (label < 0) hatched(context, left, 0, right - left - 1, STRIP);
  context.fillStyle = label < 0 ? themed("--ink") : fills[label];
  if (label >= 0) context.fillRect(left, 0, Math.max(1, right - left - 1), STRIP);
  const text = label < 0 ? "not judged" : course.labels[label];
  if (context.measureText(text).width + 10 > right - left) return;
  context.fillStyle = label < 0 ? themed("--ink") : textOn(label);
  context.fillText(text, left + 5, STRIP - 7);
}

/** Write each class's name once: in its area, where it takes the most room and the name fits. */
function names(context, x, stacked, height) {
  const windows = course.stretches().map(({said, from, to}) => {
    let above = height;
    const edges = said.probabilities?.map(share => above -= share * stacked);  // the upper ones
    return {edges, left: x(from), right: x(to), shares: said.probabilities};
  }).filter(({right}) => right > 0);
  course.labels.forEach((label, number) => {
    const wide = context.measureText(label).width + 8;
    const inOrder = windows.filter(each => each.shares?.[number] * stacked >= LEAST_TEXT)
      .sort((a, b) => b.shares[number] - a.shares[number]);
    for (const {left, right} of inOrder) {
      const middle = (Math.max(0, left) + right) / 2;
      const from = Math.max(0, Math.min(middle - wide / 2, context.canvas.clientWidth - wide));
      const under = windows.filter(each => each.right > from && each.left < from + wide);
      if (!under.every(each => each.edges)) continue;
      const top = Math.max(...under.map(each => each.edges[number]));
      const bottom = Math.min(...under.map(each => number ? each.edges[number - 1] : height));
      if (bottom - top < LEAST_TEXT) continue;
      context.fillStyle = textOn(number);
      context.fillText(label, from + 4, (top + bottom) / 2 + 4);
      return;
    }
  });
}

function hatched(context, left, above, wide, tall) {
  context.save();
  context.beginPath();
  context.rect(left, above, wide, tall);
  context.clip();
  context.strokeStyle = themed("--rule");
  context.lineWidth = 2;
  context.beginPath();
  for (let at = left - tall - (left - tall) % 8; at < left + wide; at += 8) {
    context.moveTo(at, above + tall);
    context.lineTo(at + tall, above);
  }
  context.stroke();
  context.restore();
}

function drawWave(seen) {
  const {context, width, height} = fitted(byId("wave")), middle = height / 2;
  context.fillStyle = themed("--rule");
  context.fillRect(0, Math.round(middle), width, 1);
  context.fillStyle = themed("--wave");
  const scale = 0.95 * middle / course.peak, perPixel = (seen.to - seen.from) / width / course.step;
  for (let x = 0, column = seen.from / course.step; x < width; x += 1, column += perPixel) {
    const first = Math.floor(column), last = Math.max(first + 1, Math.floor(column + perPixel));
    if (first < 0 || first >= course.columns) continue;
    let low = 0, high = 0;
    for (let at = first; at < Math.min(last, course.columns); at += 1) {
      low = Math.min(low, course.low[at]);
      high = Math.max(high, course.high[at]);
    }
    context.fillRect(x, middle - high * scale, 1, Math.max(1, (high - low) * scale));
  }
  ticks(context, seen, width, height);
}

function ticks(context, seen, width, height) {
  const span = seen.to - seen.from, step = STEPS.find(each => span / each * 64 <= width) ?? 1200;
  context.fillStyle = themed("--muted");
  for (let number = Math.ceil(seen.from / step); number * step < seen.to; number += 1) {
    const x = Math.round((number * step - seen.from) / span * width);
    if (!number) continue;
    context.fillRect(x, height - 5, 1, 5);
    if (x < width - 34) context.fillText(clock(number * step), x + 4, height - 3);
  }
}

function drawSpectrogram(seen) {
  const {context, width, height} = fitted(byId("spectrogram")), wide = Math.max(1, Math.round(width));
  const image = new ImageData(wide, ROWS), perPixel = (seen.to - seen.from) / wide / course.step;
  for (let x = 0; x < wide; x += 1) {
    const column = Math.floor(seen.from / course.step + (x + 0.5) * perPixel);
    if (column < 0 || column >= course.columns) continue;
    for (let row = 0; row < ROWS; row += 1) {
      const level = course.levels[ROWS * column + row] - course.loudest + RANGE;
      const tone = 3 * Math.max(0, Math.min(255, Math.round(level / RANGE * 255)));
      image.data.set([HEAT[tone], HEAT[tone + 1], HEAT[tone + 2], 255], 4 * ((ROWS - 1 - row) * wide + x));
    }
  }
  const sheet = Object.assign(document.createElement("canvas"), {width: wide, height: ROWS});
  sheet.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(sheet, 0, 0, width, height);
  context.fillStyle = "#fff";
  context.shadowColor = "#000";
  context.shadowBlur = 3;
  for (const frequency of [500, 1000, 2000, 4000, 8000].filter(each => each < rate / 2 * 0.9)) {
    const y = height * (1 - heightOf(frequency, rate));
    context.fillRect(0, y, 5, 1);
    context.fillText(frequency < 1000 ? `${frequency} Hz` : `${frequency / 1000} kHz`, 8, y + 4);
  }
}

/** Tell a function of every place that somebody chooses; null for the whole recording. */
export function start(onMove) {
  const scope = byId("scope");
  const choose = seconds => {
    if (course && !live) onMove(seconds === null ? null : Math.max(0, Math.min(course.seconds, seconds)));
  };
  const pointed = event => {
    const {left, width} = scope.getBoundingClientRect();
    choose((event.clientX - left) / width * course?.seconds);
  };
  scope.addEventListener("pointerdown", event => {
    if (!course || live) return;
    scope.setPointerCapture(event.pointerId);
    pointed(event);
  });
  scope.addEventListener("pointermove", event => scope.hasPointerCapture(event.pointerId) && pointed(event));
  scope.addEventListener("keydown", event => {
    const small = course ? Math.max(0.1, course.seconds / 100) : 0, now = place ?? 0;
    const goal = {
      ArrowRight: now + small, ArrowUp: now + small, ArrowLeft: now - small, ArrowDown: now - small,
      PageUp: now + 10 * small, PageDown: now - 10 * small, Home: 0, End: course?.seconds, Escape: null,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    choose(goal);
  });
  new ResizeObserver(redraw).observe(scope);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
