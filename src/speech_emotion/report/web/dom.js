// Small helpers around the document.
export const byId = id => document.getElementById(id);

/** Make an element; `on*` attributes are listeners, true and false set or leave out an attribute. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Make an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child != null && child !== false));
  return node;
}

const probe = el("span", {hidden: true});
document.body.append(probe);

/** Give a colour of the style sheet as red, green and blue, in the theme of now. */
export function rgb(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
}

/** Give a colour of the style sheet for a canvas. */
export const colour = name => `rgb(${rgb(name).join(" ")})`;

/** Call a function when the theme changes: the system's, or for printing. */
export function onTheme(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("themechange", redraw);
}

/** Call a function with an element's width now and whenever it changes. */
export function onWidth(node, draw) {
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width && width !== last) draw(last = width);
  }).observe(node);
}

/** Fit a canvas to its size on the screen, cleared, with one unit a CSS pixel. */
export function fitted(canvas) {
  const {clientWidth: width, clientHeight: height} = canvas;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return {context, width, height};
}

/** Give a number with so many decimals. */
export const fixed = (value, digits = 3) => value == null || Number.isNaN(value) ? "" : value.toFixed(digits);
export const counted = value => value.toLocaleString("en-GB");
