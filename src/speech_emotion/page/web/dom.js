// Small helpers around the document. Texts are put in as text, whatever a label or a file is called.
export const byId = id => document.getElementById(id);

/** Make an element; attributes of true and false are set or left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child != null && child !== false));
  return node;
}

/** Set an element's text, unless it is that already: what is read aloud is read once. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Fit a canvas to its size on the screen, cleared, with one unit a CSS pixel. */
export function fitted(canvas) {
  const {clientWidth: width, clientHeight: height} = canvas, ratio = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "12px system-ui, sans-serif";
  return {context, width, height};
}

const probe = document.body.appendChild(el("span", {hidden: true}));

/** A colour of the style sheet, in the theme of now, for a canvas. */
export function themed(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

/** A time as people write it. */
export function clock(seconds) {
  const tenths = Math.round(seconds * 10), whole = Math.floor(tenths / 10);
  const part = tenths % 10 ? `.${tenths % 10}` : "";
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}${part}`;
}

export const percent = share => `${Math.round(100 * share)} %`;
export const megabytes = bytes => `${(bytes / 1e6).toFixed(1)} MB`;
