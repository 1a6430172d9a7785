// The microphone, without what browsers do to its sound for calls: levels and noise are a part of how somebody speaks.
const AS_IT_IS = {channelCount: {ideal: 1}, echoCancellation: false, noiseSuppression: false, autoGainControl: false};
const REASONS = {
  NotAllowedError: "This page may not use the microphone. The browser's settings for this site can allow it.",
  NotFoundError: "No microphone was found.",
  NotReadableError: "The microphone cannot be opened; another program may hold it.",
};

/** Why there can be no microphone here; "" if there may be one. */
export const missing = () => navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode ? ""
  : "A browser lets a page use the microphone over HTTPS or on the own machine only. Files can be chosen all the same.";

/** Open the microphone. A function is told of each block of samples, another when the microphone ends by itself. */
export async function openMicrophone(onBlock, onLost) {
  let stream, context;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio: AS_IT_IS});
    context = new AudioContext();
    await context.audioWorklet.addModule(new URL("capture.js", import.meta.url));
    await context.resume();
  } catch (error) {
    stream?.getTracks().forEach(track => track.stop());
    context?.close();
    throw new Error(REASONS[error.name] ?? `The microphone cannot be opened (${error.message}).`);
  }
  const node = new AudioWorkletNode(context, "capture", {numberOfInputs: 1, numberOfOutputs: 1});
  const ended = new Promise(resolve => {
    node.port.onmessage = ({data}) => data ? onBlock(data) : resolve();
  });
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);  // it gives silence
  stream.getAudioTracks()[0].addEventListener("ended", onLost);
  return {
    rate: context.sampleRate,
    async close() {
      node.port.postMessage("end");
      await ended;
      stream.getTracks().forEach(track => track.stop());
      await context.close();
    },
  };
}
