"""Files as phones, browsers and cameras make them, written by FFmpeg; needs the extra `formats`."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

_KINDS = {
    ".m4a": ("mp4", "aac"),
    ".mp4": ("mp4", "aac"),
    ".mov": ("mov", "aac"),
    ".3gp": ("3gp", "libopencore_amrnb"),
    ".amr": ("amr", "libopencore_amrnb"),
    ".aac": ("adts", "aac"),
    ".wma": ("asf", "wmav2"),
    ".webm": ("webm", "libopus"),
    ".mka": ("matroska", "aac"),
    ".avi": ("avi", "libmp3lame"),
    ".flv": ("flv", "aac"),
}
_BIT_RATES = {"libopencore_amrnb": 12_200}
"""In bit/s, of encoders that do not take the usual one."""
_SIDE = 32
"""Height and width of a video, in pixels."""


def write_encoded(path: Path, samples: npt.ArrayLike, sample_rate: int = 16_000, *, encoder: str | None = None,
                  video: bool = False) -> Path:
    """Write samples with an encoder that libsndfile does not have; folders are made.

    Parameters
    ----------
    path : Path
        The file to write or replace; its extension names the container: .m4a, .mp4, .mov, .3gp, .amr, .aac, .wma,
        .webm, .mka, .avi or .flv.
    samples : array-like [shape=(n,) or (channels, n)]
        Floating point in [-1, 1]; without any, the file has no track for sound.
    sample_rate : int > 0
        In Hz, one that the encoder takes: Opus 48,000, AMR 8,000.
    encoder : str, optional
        FFmpeg's name of it; by default what is usual in the container.
    video : bool
        Whether there are pictures beside the sound: one second of black.

    Returns
    -------
    Path
        `path` itself.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.audio import decoding
    >>> from speech_emotion.testing import tone
    >>> with TemporaryDirectory() as folder:
    ...     decoded, rate = decoding.read(write_encoded(Path(folder, "a.m4a"), tone(), encoder="alac"))
    >>> decoded.shape, rate, bool(np.abs(decoded - tone()).max() < 1e-4)
    ((8000,), 16000, True)
    """
    import av  # only here: an optional dependency

    path.parent.mkdir(parents=True, exist_ok=True)
    kind, usual = _KINDS[path.suffix]
    encoder = encoder or usual
    sound = np.atleast_2d(np.asarray(samples, np.float32))
    layout = "mono" if len(sound) == 1 else "stereo"
    # Without `bitexact`, Matroska gets a random number.
    with av.open(str(path), "w", format=kind, options={"fflags": "+bitexact"}) as target:
        # All tracks have to be there before the first packet.
        pictures = target.add_stream("mpeg4", rate=5, width=_SIDE, height=_SIDE, pix_fmt="yuv420p") if video else None
        track = target.add_stream(encoder, rate=sample_rate, layout=layout) if sound.size else None
        if pictures:
            black = np.zeros((_SIDE * 3 // 2, _SIDE), np.uint8)
            for picture in [*(av.VideoFrame.from_ndarray(black, format="yuv420p") for _ in range(5)), None]:
                target.mux(pictures.encode(picture))
        if track:
            assert isinstance(track, av.AudioStream)
            track.bit_rate = _BIT_RATES.get(encoder, 64_000)
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout=layout)
            frame.sample_rate = sample_rate
            for each in (frame, None):
                target.mux(track.encode(each))
    return path
