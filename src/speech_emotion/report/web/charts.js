// Lines over axes, as wide as there is room.
import {byId, el, onWidth, svg} from "ser/dom.js";

const HEIGHT = 290, LEFT = 44, RIGHT = 14, TOP = 12, BELOW = 42;

function ticks(low, high, many) {
  const raw = (high - low) / many, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(each => each * power).find(each => each >= raw);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9; at += 1) found.push(Number((at * step).toPrecision(10)));
  return found;
}

/** Draw lines: {name, kind, thin, points: [[x, y], ...]}; and marks: {x, y, kind, label, act}. */
export function chart(id, {lines, marks = [], x, y, about}) {
  const place = byId(id);
  if (!place) return;
  onWidth(place, width => {
    const across = value => LEFT + (value - x.low) / (x.high - x.low) * (width - LEFT - RIGHT);
    const up = value => HEIGHT - BELOW - (value - y.low) / (y.high - y.low) * (HEIGHT - BELOW - TOP);
    const grid = [
      ...ticks(y.low, y.high, 5).flatMap(at => [
        svg("path", {class: "grid", d: `M${LEFT} ${up(at)}H${width - RIGHT}`}),
        svg("text", {x: LEFT - 6, y: up(at) + 4, "text-anchor": "end"}, String(at))]),
      ...ticks(x.low, x.high, Math.max(2, Math.min(10, width / 70))).filter(at => !x.whole || Number.isInteger(at)).map(at =>
        svg("text", {x: across(at), y: HEIGHT - BELOW + 17, "text-anchor": "middle"}, String(at))),
      svg("path", {class: "axis", d: `M${LEFT} ${HEIGHT - BELOW}H${width - RIGHT}`}),
      svg("text", {x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle"}, x.title),
    ];
    const drawn = lines.map(({points, kind, thin}) => svg("path", {
      class: `${kind}${thin ? " thin" : ""}`, fill: "none", "stroke-width": thin ? 1 : 2.2, "stroke-linejoin": "round",
      d: points.map(([at, value], first) => `${first ? "L" : "M"}${across(at).toFixed(1)} ${up(value).toFixed(1)}`).join(""),
    }));
    const spots = marks.map(({x: at, y: value, kind, label, act}) => svg("circle", {
      class: kind, cx: across(at), cy: up(value), r: act ? 6 : kind === "ring" ? 4.5 : 4,
      ...(act ? {tabindex: 0, role: "button", "aria-label": label, onclick: act,
        onkeydown: event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); } }} : {}),
    }, svg("title", {}, label ?? "")));
    const keys = lines.filter(({name}) => name).map(({name, kind}) => el("span", {},
      svg("svg", {width: 28, height: 8, "aria-hidden": "true"}, svg("path", {class: kind, d: "M0 4H28", "stroke-width": 2.2})), name));
    place.replaceChildren(
      svg("svg", {viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: marks.some(({act}) => act) ? "group" : "img", "aria-label": about}, ...grid, ...drawn, ...spots),
      el("div", {class: "keys"}, ...keys));
  });
}
