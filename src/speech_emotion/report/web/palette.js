// Colours that the colour-blind tell apart (Okabe and Ito), each with a shape, so that no colour is needed.
import {svg} from "ser/dom.js";

const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8a8f96"];
const SHAPES = [
  "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  "M-.85-.85H.85V.85H-.85Z",
  "M0-1.1L1.05.8H-1.05Z",
  "M0-1.2L1.2 0L0 1.2L-1.2 0Z",
  "M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
  "M0 1.1L1.05-.8H-1.05Z",
  "M0-1.3L.38-.4L1.24-.4L.55.15L.76 1.05L0 .52L-.76 1.05L-.55.15L-1.24-.4L-.38-.4Z",
  "M-.6-1H.6L1.15 0L.6 1H-.6L-1.15 0Z",
];
const paths = SHAPES.map(shape => new Path2D(shape));

/** Colour and shape of a number; 64 pairs before one comes again. */
const pair = number => [COLOURS[number % 8], (number + Math.floor(number / 8)) % 8];

/** Draw a mark on a canvas. */
export function mark(context, number, x, y, radius, hollow, edge) {
  const [colour, shape] = pair(number);
  context.save();
  context.translate(x, y);
  context.scale(radius, radius);
  context.lineWidth = (hollow ? 1.8 : 0.8) / radius;
  context.strokeStyle = hollow ? colour : edge;
  context.fillStyle = colour;
  if (!hollow) context.fill(paths[shape]);
  context.stroke(paths[shape]);
  context.restore();
}

/** The same mark for a legend. */
export function swatch(number) {
  const [colour, shape] = pair(number);
  return svg("svg", {width: 14, height: 14, viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true"},
    svg("path", {d: SHAPES[shape], fill: colour, stroke: "currentColor", "stroke-width": 0.12}));
}

/** Mix a colour into another, and say whether black or white is read better on it. */
export function mixed(paper, ink, share) {
  const colour = paper.map((value, at) => Math.round(value + (ink[at] - value) * share));
  return {background: `rgb(${colour.join(" ")})`, text: luminance(colour) > 0.18 ? "#000" : "#fff"};
}

function luminance(colour) {
  const [red, green, blue] = colour.map(value => value / 255).map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
