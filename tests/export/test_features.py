"""Features in a graph are those of the pipeline, for every setting."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from speech_emotion.core.errors import UserError
from speech_emotion.export import features, signals
from speech_emotion.features import compute, spectrum
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.testing import voice

Made = Callable[..., Callable[..., list[np.ndarray]]]
Settings = Callable[..., ExtractMfcc]


def run(made: Made, recipe: ExtractMfcc, samples: np.ndarray, view: str = "", frames: int | None = 64) -> np.ndarray:
    build = made(lambda x: features.matrices([signals.prepared(x, recipe, view)], recipe, frames), samples=["n"])
    return build(samples)[0]


def assert_close(ours: np.ndarray, theirs: np.ndarray, tolerance: float = 2e-4) -> None:
    """Within so much of each column's largest magnitude; of a hundred frames one may lie elsewhere.

    A pitch tracker that has two periods to choose from, and a level at a bound, go either way by the last bit.
    """
    assert ours.shape == theirs.shape
    apart = np.abs(ours - theirs) / np.maximum(np.abs(theirs).max(axis=0), 1e-3)
    assert (apart.max(axis=1) > tolerance).mean() <= 0.01, apart.max(axis=0)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    rate = draw(st.sampled_from([8000, 16000, 22050]))
    n_fft = draw(st.sampled_from([256, 400, 512, 1000]))
    shape = {"n_fft": n_fft, "win_length": draw(st.integers(100, n_fft)),
             "window": draw(st.sampled_from(list(spectrum.WINDOWS)))}
    bands = {**shape, "mel_scale": draw(st.sampled_from(["slaney", "htk"])), "fmin": draw(st.floats(0, 200)),
             "fmax": draw(st.floats(2000, rate / 2)), "n_mels": draw(st.integers(8, 24)),
             "top_db": draw(st.sampled_from([40.0, 80.0]))}
    length = draw(st.sampled_from([514, 600, 1024]))
    every = {
        "mfcc": {**bands, "n_mfcc": draw(st.integers(1, 8)), "lifter": draw(st.sampled_from([0.0, 22.0])),
                 "deltas": draw(st.integers(0, 2))},
        "log_mel": bands, "zcr": {"frame_length": length}, "rms": {"frame_length": length},
        "chroma": {**shape, "n_chroma": 12, "tuning": draw(st.sampled_from([0.0, 0.3]))},
        "spectral_contrast": {**shape, "n_bands": 3, "fmin": 400.0},
        "f0": {"method": "yin", "fmin": 100.0, "fmax": draw(st.floats(300, 600)), "frame_length": length},
    }
    chosen = draw(st.sets(st.sampled_from(sorted(every)), min_size=1, max_size=4))
    level = st.fixed_dictionaries({"method": st.sampled_from(["peak", "rms"]), "target_db": st.floats(-30, 0)})
    return {
        "sample_rate": rate, "hop_length": draw(st.integers(60, 100)),
        "features": {name: every[name] for name in chosen},
        "trim_db": draw(st.sampled_from([None, 20.0])), "pre_emphasis": draw(st.sampled_from([0.0, 0.97])),
        "level": draw(st.none() | level),
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow,
                                                  HealthCheck.function_scoped_fixture])
@given(changed=changes(), duration=st.floats(0.3, 1.2), seed=st.integers(0, 99),
       view=st.sampled_from(["", "speed-0.9", "speed-1.25"]))
def test_they_are_the_pipelines(
    made: Made, extract_settings: Settings, changed: dict[str, Any], duration: float, seed: int, view: str
) -> None:
    try:
        recipe = extract_settings(**changed)
    except ValidationError:
        assume(False)
    samples = voice(seed, duration=duration, sample_rate=recipe.sample_rate)
    try:
        features.require_exact(recipe, [view])
    except UserError:
        assume(False)
    samples = samples + np.float32(1e-3) * np.random.default_rng(seed).standard_normal(len(samples), np.float32)
    theirs = compute.features(compute.prepare(samples, recipe, view=view), recipe)
    assert_close(run(made, recipe, samples, view), theirs, tolerance=1e-3 if view else 2e-4)


def test_the_shipped_settings_are_exported_whole(made: Made, extract_settings: Settings) -> None:
    recipe = extract_settings()
    samples = voice(3, duration=1.0)
    assert_close(run(made, recipe, samples), compute.features(samples, recipe))


def test_pitch_of_soft_noise_beside_an_offset(made: Made, extract_settings: Settings) -> None:
    # Where the first sample of a frame weighs much against the differences between samples.
    recipe = extract_settings("f0")
    noise = np.convolve(np.random.default_rng(1).normal(0, 1e-3, 32063), np.ones(64) / 64, mode="valid")
    samples = (noise + 1e-3).astype(np.float32)
    assert_close(run(made, recipe, samples), compute.features(samples, recipe), tolerance=1e-3)


@pytest.mark.parametrize("num_samples", [160, 800, 1279, 1280, 1440])
def test_deltas_of_few_frames_continue_the_first_and_the_last(
    made: Made, extract_settings: Settings, num_samples: int
) -> None:
    recipe = extract_settings("mfcc", features__mfcc__deltas=2)
    samples = voice(1)[3000 : 3000 + num_samples]
    # Of two frames a coefficient may be near 0 in both.
    assert_close(run(made, recipe, samples), compute.features(samples, recipe), tolerance=1e-3)


def test_a_long_clip_in_blocks_is_one_at_once(made: Made, extract_settings: Settings) -> None:
    recipe = extract_settings()
    samples = voice(2, duration=3.0)
    np.testing.assert_allclose(run(made, recipe, samples, frames=37), run(made, recipe, samples, frames=None),
                               rtol=1e-4, atol=1e-3)


def test_several_signals_at_once_are_each_alone(made: Made, extract_settings: Settings) -> None:
    recipe = extract_settings()
    given = [voice(seed, duration=duration) for seed, duration in enumerate((0.4, 0.9, 0.05))]
    together = made(lambda *x: features.matrices(x, recipe, 30), **{name: [name * 2] for name in "abc"})(*given)
    for samples, ours in zip(given, together, strict=True):
        assert_close(ours, compute.features(samples, recipe))


@pytest.mark.parametrize(("feature", "changed"), [
    ("spectral_contrast", {}), ("log_mel", {"features__log_mel__top_db": None}),
])
def test_what_rests_on_the_resamplers_last_bits_is_refused_at_other_speeds(
    extract_settings: Settings, feature: str, changed: dict[str, Any]
) -> None:
    recipe = extract_settings(feature, **changed)
    features.require_exact(recipe, [""])
    with pytest.raises(UserError, match=rf"extract_mfcc\.features\.{feature}: .*train_cnn\.average_speeds: false"):
        features.require_exact(recipe, ["", "speed-0.9"])


@pytest.mark.parametrize("feature", ["zcr", "f0", "chroma"])
def test_what_has_no_level_is_refused_where_pauses_count(extract_settings: Settings, feature: str) -> None:
    recipe = extract_settings(feature, "rms")
    views, own = ["", "speed-0.9"], compute.columns(extract_settings(feature))
    features.require_exact(recipe, views, {"rms"})
    features.require_exact(recipe, [""], {"rms", *own})
    with pytest.raises(UserError, match=rf"extract_mfcc\.features\.{feature}: .*leave {feature} to the baseline"):
        features.require_exact(recipe, views, {"rms", own[-1]})


@pytest.mark.parametrize(("features_used", "changed", "named"), [
    (("f0",), {"features__f0__method": "pyin"}, "extract_mfcc.features.f0: the method pyin"),
    (("rms",), {"level": {"method": "lufs", "target_db": -23.0}}, "extract_mfcc.level: the method lufs"),
])
def test_what_cannot_be_exported_is_refused_by_name(
    made: Made, extract_settings: Settings, features_used: tuple[str, ...], changed: dict[str, Any], named: str
) -> None:
    with pytest.raises(UserError, match=named):
        run(made, extract_settings(*features_used, **changed), voice())
