// What sound holds, and what speaks against judging it: the rules of speech_emotion.ingest.

/** Measure samples. */
export function measured(samples, about) {
  let peak = 0, energy = 0, run = 0, clipped = false, finite = true;
  for (const value of samples) {
    const size = Math.abs(value);
    finite &&= Number.isFinite(value);
    if (size > peak) peak = size;
    energy += value * value;
    run = size >= about.full_scale ? run + 1 : 0;
    clipped ||= run >= about.flat_samples;
  }
  const rms = decibels(Math.sqrt(energy / samples.length));
  return {samples: samples.length, peak: decibels(peak), rms, finite, clipped};
}

/** Why samples are not judged: a rule and what is the matter; null if nothing is. */
export function fault(content, rate, about) {
  if (!content.samples) return {rule: "empty", text: "it holds no samples"};
  if (!content.finite) return {rule: "non-finite", text: "a sample is no finite number"};
  if (content.peak > about.loudest_dbfs) return {rule: "absurd-peak",
    text: `a sample lies at ${content.peak.toFixed(0)} dBFS, above ${about.loudest_dbfs}`};
  const seconds = content.samples / rate;
  if (seconds < about.min_duration) return {rule: "too-short",
    text: `${seconds.toFixed(2)} s, shorter than ${about.min_duration} s`};
  if (content.rms === -Infinity) return {rule: "silent", text: "digital silence"};
  if (content.rms < about.silent_dbfs) return {rule: "silent",
    text: `${content.rms.toFixed(0)} dBFS RMS, below ${about.silent_dbfs}`};
  return null;
}

/** What is to be noted of sound that is judged. */
export function flags(content, about) {
  return [content.clipped && "clipped: louder than could be recorded", content.rms < about.quiet_dbfs && "very quiet"]
    .filter(Boolean);
}

const decibels = amplitude => 20 * Math.log10(amplitude);
