// Colours that the colour-blind tell apart (Okabe and Ito); from the ninth on with stripes.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8a8f96"];
const DARK_TEXT = [false, true, true, true, true, true, true, true];  // which text is read on it
const STRIPE = "rgb(255 255 255 / 0.45)";

/** Fill of a class for an element. */
export function background(number) {
  const colour = COLOURS[number % COLOURS.length];
  return number < COLOURS.length ? colour
    : `repeating-linear-gradient(135deg, transparent 0 5px, ${STRIPE} 5px 7px), ${colour}`;
}

/** Fill of a class for a canvas. */
export function fill(context, number) {
  const colour = COLOURS[number % COLOURS.length];
  if (number < COLOURS.length) return colour;
  const tile = Object.assign(document.createElement("canvas"), {width: 8, height: 8}), ink = tile.getContext("2d");
  ink.fillStyle = colour;
  ink.fillRect(0, 0, 8, 8);
  ink.strokeStyle = STRIPE;
  ink.lineWidth = 2;
  for (const shift of [-8, 0, 8]) {
    ink.moveTo(shift, 8);
    ink.lineTo(shift + 8, 0);
  }
  ink.stroke();
  return context.createPattern(tile, "repeat");
}

/** Colour of text on a class's fill. */
export const textOn = number => DARK_TEXT[number % COLOURS.length] ? "#10151b" : "#ffffff";

// Cividis, for levels: the colour-blind read it as others do.
const STOPS = [[0, 21, 52], [20, 54, 108], [87, 92, 109], [137, 134, 119], [190, 177, 108], [253, 231, 55]];

/** A colour for a level from 0 to 1, as red, green and blue. */
export function heat(level) {
  const place = Math.max(0, Math.min(1, level)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  return STOPS[low].map((value, at) => value + (STOPS[low + 1][at] - value) * (place - low));
}
