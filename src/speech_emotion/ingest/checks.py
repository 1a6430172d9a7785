"""What a recording's content alone says against it, whatever its name: for ingest, and for prediction too."""

from speech_emotion.ingest.probe import Content

SILENT = -80.0
"""RMS in dBFS below which a clip is silent: noise of a 16-bit converter's last bits, and no speech."""
QUIET = -60.0
"""RMS in dBFS below which a clip is flagged as very quiet; the quietest whispers of RAVDESS lie there."""

LOUDEST = 40.0
"""Peak in dBFS above which samples are no sound. Floating point may go beyond full scale, and a clip that is scaled to
a deviation of 1 has peaks of 20 to 26 dBFS; more is damage, of which one sample spoils a whole training, or 16-bit
integers that were written as they are, at up to 90 dBFS."""


def fault(content: Content, min_duration: float) -> tuple[str, str] | None:
    """Say why a recording is of no use.

    Parameters
    ----------
    content : Content
        Of the recording.
    min_duration : float
        Shortest duration that is of use, in s.

    Returns
    -------
    tuple of str, or None
        A key of `rules.RULES`, and what is the matter, for people; None if nothing is.

    Examples
    --------
    >>> import numpy as np
    >>> from speech_emotion.ingest.probe import measured
    >>> silence = measured([np.zeros(16_000, np.float32)], 16_000)
    >>> fault(silence, min_duration=0.3), fault(silence, min_duration=2.0)
    (('silent', 'digital silence'), ('too-short', '1.000 s, shorter than 2 s'))
    """
    if not content.finite:
        return "non-finite", "a sample is NaN or infinite"
    if content.peak_dbfs > LOUDEST:
        return "absurd-peak", f"a sample lies at {content.peak_dbfs:.0f} dBFS, above {LOUDEST:g}"
    duration = content.num_samples / content.sample_rate
    if duration < min_duration:
        return "too-short", f"{duration:.3f} s, shorter than {min_duration:g} s"
    if content.rms_dbfs < SILENT:
        return "silent", f"RMS {content.rms_dbfs:.1f} dBFS" if content.rms_dbfs > float("-inf") else "digital silence"
    return None


def flags(content: Content) -> tuple[str, ...]:
    """Say what is to be noted of a recording that is of use.

    Parameters
    ----------
    content : Content
        Of the recording.

    Returns
    -------
    tuple of str
        Keys of `rules.FLAGS`, in their order.

    Examples
    --------
    >>> import numpy as np
    >>> from speech_emotion.ingest.probe import measured
    >>> flags(measured([np.ones(16_000, np.float32)], 16_000))
    ('clipped',)
    """
    return tuple(flag for flag, applies in {
        "clipped": content.clipped,
        "quiet": content.rms_dbfs < QUIET,
    }.items() if applies)
