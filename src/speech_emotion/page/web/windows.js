// Where sound is cut: windows that overlap, and the parts of a long recording.

/** Places of windows in so many samples: one each hop, and a last one that ends with the sound. */
export function windowsOf(length, window, hop) {
  const found = [];
  for (let at = 0; Math.round(at * hop) + window <= length; at += 1) found.push([Math.round(at * hop), window]);
  const covered = found.length ? found.at(-1)[0] + window : 0;
  if (covered < length) found.push([Math.max(0, length - window), Math.min(window, length)]);
  return found;
}

/** Places of the parts that a recording is judged in: of equal length, as few as the longest clip allows. */
export function partsOf(seconds, length, longest) {
  const number = Math.max(1, Math.ceil(seconds / longest));
  const edges = Array.from({length: number + 1}, (_, at) => Math.floor(length * at / number));
  return edges.slice(1).map((edge, at) => [edges[at], edge - edges[at]]);
}
