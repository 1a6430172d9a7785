"""The page in a real browser: it says what the Python runner says of the same samples, and asks for nothing else."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.audio.resampling import resampled
from speech_emotion.page.folder import write
from speech_emotion.page.serve import served
from speech_emotion.portable.model import Model, load
from speech_emotion.testing import tone, voice, write_samples

RATE = 16_000
WINDOW, HOP = 1.0, 0.25  # of the small model
TOLERANCE = 1e-3
WIDTHS = (320, 390, 859, 860, 1280, 1920)
INSECURE = "page.test"
"""A name that stands for this machine, of which the browser does not know so."""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears."""
    samples = np.concatenate([voice(seed, duration=1.0, sample_rate=48_000) for seed in range(4)])
    return write_samples(tmp_path_factory.mktemp("spoken") / "spoken.wav", samples, 48_000)


@pytest.fixture(scope="module")
def site(model: Path, runtime_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(model, tmp_path_factory.mktemp("site") / "page", runtime_files, card="# A card").folder


@pytest.fixture(scope="module")
def runner(model: Path) -> Model:
    return load(model, threads=1)


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Any], spoken: Path) -> Any:
    return launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                  f"--use-file-for-fake-audio-capture={spoken}", f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1")


def opened(browser: Any, address: str) -> SimpleNamespace:
    """Open a page, and note what it asks for and complains of."""
    page = browser.new_context(color_scheme="light", accept_downloads=True).new_page()
    told = SimpleNamespace(page=page, requests=[], complaints=[], address=address)
    page.on("request", lambda request: told.requests.append(request.url))
    page.on("console", lambda message: told.complaints.append(message.text))
    page.on("pageerror", lambda error: told.complaints.append(str(error)))
    page.set_default_timeout(20_000)
    page.goto(address)
    until(page, "ready", "failed")
    return told


@pytest.fixture(scope="module")
def shared(browser: Any, site: Path) -> Iterator[SimpleNamespace]:
    with served(site) as address:
        yield opened(browser, address)


@pytest.fixture
def page(shared: SimpleNamespace) -> Iterator[Any]:
    shared.page.set_viewport_size({"width": 1280, "height": 900})
    yield shared.page
    assert shared.complaints == []


def until(page: Any, *states: str) -> None:
    """Wait until the page stands there. (Playwright's own way evaluates text, which the page forbids.)"""
    for _ in range(1200):
        if page.evaluate("document.documentElement.dataset.state") in states:
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never {states}: {status(page)}")


def status(page: Any) -> str:
    return str(page.locator("#status").text_content())


def whole(page: Any) -> list[float]:
    """What the page says of all, or of the moment that is looked at."""
    return [float(row.get_attribute("title")) for row in page.locator("#bars tr").all()]


def windows(page: Any) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click("#csv")
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))


def take(page: Any, file: Path) -> None:
    page.set_input_files("#file", file)
    until(page, "done", "failed")


def assert_windows(page: Any, samples: np.ndarray, runner: Model) -> None:
    """Check all windows of a recording, given at the model's rate."""
    found = windows(page)
    starts = [float(row["start"]) for row in found]
    whole_ones = np.arange(0, len(samples) / RATE - WINDOW + 1e-9, HOP)
    np.testing.assert_allclose(starts[: len(whole_ones)], whole_ones, atol=1e-3)
    assert float(found[-1]["end"]) == pytest.approx(len(samples) / RATE, abs=1e-3)
    for row in found:
        piece = samples[round(float(row["start"]) * RATE) : round(float(row["end"]) * RATE)]
        expected = runner(piece, RATE)
        assert row["not_judged"] == (expected.not_judged.rule if expected.not_judged else "")
        if expected.label:
            said = [float(row[f"p_{label}"]) for label in runner.labels]
            np.testing.assert_allclose(said, list(expected.probabilities.values()), atol=TOLERANCE)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_a_file_is_judged_as_the_python_runner_judges_it(
    page: Any, runner: Model, tmp_path: Path, subtype: str
) -> None:
    file = tmp_path / "speech.wav"
    soundfile.write(file, np.stack([voice(1, duration=1.6), voice(2, duration=1.6)], 1), RATE, subtype=subtype)
    take(page, file)
    expected = runner.file(file)
    assert np.ptp(list(expected.probabilities.values())) > 0.02  # or anything would do
    np.testing.assert_allclose(whole(page), list(expected.probabilities.values()), atol=TOLERANCE)
    assert page.locator("#label").text_content() == expected.label
    assert page.locator("#of").text_content() == "The whole recording"
    assert_windows(page, soundfile.read(file, dtype="float32")[0].mean(1), runner)


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_414, 44_100, 48_000])
def test_other_sample_rates_are_judged_alike(page: Any, runner: Model, tmp_path: Path, rate: int) -> None:
    file = write_samples(tmp_path / "speech.wav", voice(3, duration=1.3, sample_rate=rate), rate)
    take(page, file)
    np.testing.assert_allclose(whole(page), list(runner.file(file).probabilities.values()), atol=TOLERANCE)


@pytest.mark.parametrize(("name", "rate"), [("a.flac", 16_000), ("a.flac", 44_100), ("a.ogg", 16_000),
                                            ("a.mp3", 16_000), ("a.mp3", 44_100)])
def test_other_formats_are_judged_alike(page: Any, runner: Model, tmp_path: Path, name: str, rate: int) -> None:
    file = write_samples(tmp_path / name, voice(4, duration=1.3, sample_rate=rate), rate)
    take(page, file)
    expected = runner.file(file)
    # Not all decoders of MP3 agree where a file begins and ends.
    np.testing.assert_allclose(whole(page), list(expected.probabilities.values()),
                               atol=TOLERANCE if name != "a.mp3" else 0.02)


def test_resampling_equals_soxr(page: Any) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4000).astype(np.float32)
    noise[:200] = 0  # soxr works in steps, and at a hard beginning each of them rings by itself
    for rate, target in ((44_100, 16_000), (48_000, 16_000), (8_000, 16_000), (24_414, 16_000), (16_000, 16_000)):
        found = page.evaluate("""async ([samples, rate, target]) => {
          const {Resampler} = await import("/resample.js");
          const resampler = new Resampler(rate, target), found = [];
          for (let at = 0; at < samples.length; at += 333)
            found.push(...resampler.push(Float32Array.from(samples.slice(at, at + 333))));
          return [...found, ...resampler.end()];
        }""", [noise.tolist(), rate, target])
        expected = resampled(noise, rate, target)
        assert len(found) == len(expected)
        assert np.sqrt(np.mean((np.array(found) - expected) ** 2)) < 1e-3 * np.sqrt(np.mean(expected**2))


def test_the_microphone_is_judged_while_it_is_heard_and_as_a_whole(page: Any, runner: Model) -> None:
    page.click("#record")
    until(page, "listening")
    for _ in range(400):
        if page.locator("#of").text_content() == f"Now: the last {WINDOW:g} s":
            break
        page.wait_for_timeout(25)
    assert sum(whole(page)) == pytest.approx(1, abs=1e-3)
    page.wait_for_timeout(1500)
    page.click("#record")
    until(page, "done", "failed")
    with page.expect_download() as download:
        page.click("#save")
    samples, rate = soundfile.read(download.value.path(), dtype="float32")
    assert len(samples) / rate > 2
    expected = runner(samples, rate)
    np.testing.assert_allclose(whole(page), list(expected.probabilities.values()), atol=TOLERANCE)
    assert_windows(page, resampled(samples, rate, RATE), runner)


def test_live_windows_are_the_right_samples_and_those_too_late_are_left_out(page: Any) -> None:
    said = page.evaluate("""async rate => {
      const {Live} = await import("/live.js");
      const about = {sample_rate: rate, window_seconds: 1, hop_seconds: 0.25}, told = [];
      const judge = {clip: async samples => ({probabilities: [samples[0], samples.at(-1), samples.length]})};
      const live = new Live(judge, about, rate, async () => {}, (kind, {said}) => kind === "window" && told.push(said));
      const ramp = Float32Array.from({length: 5 * rate}, (_, at) => at);
      for (const [from, to] of [[0, 300], [300, 2 * rate], [2 * rate, 5 * rate]])
        await live.hear(ramp.subarray(from, to));
      return told;
    }""", 1000)
    assert [each["end"] for each in said] == np.arange(0.25, 5.01, 0.25).tolist()
    for each in said:
        start, end = max(0, each["end"] - 1), each["end"]
        # At once there are 2 s, and then 5: what ended more than a window ago comes too late.
        if (end < 1 or 2 < end < 4) and end != 0.25:
            assert each["notJudged"]["rule"] == "overrun"
            continue
        assert each["start"] == start
        assert each["probabilities"] == [1000 * start, 1000 * end - 1, 1000 * (end - start)]


def test_a_dropped_file_is_taken(page: Any, runner: Model, tmp_path: Path) -> None:
    file = write_samples(tmp_path / "<i>speech</i>.wav", voice(5, duration=0.7))
    page.evaluate("""([bytes, name]) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(bytes)], name));
      document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
    }""", [list(file.read_bytes()), file.name])
    until(page, "done", "failed")
    np.testing.assert_allclose(whole(page), list(runner.file(file).probabilities.values()), atol=TOLERANCE)
    assert page.locator("#name").text_content() == file.name
    assert page.locator("i").count() == 0


@pytest.mark.parametrize(("samples", "said"), [
    (np.zeros(RATE), "digital silence"), (voice(1, duration=0.1), "0.10 s, shorter than 0.3 s"),
    (np.full(RATE, np.nan), "a sample is no finite number"), (np.full(RATE, 300.0), "above 40"),
])
def test_silence_scraps_and_damage_are_not_judged(page: Any, tmp_path: Path, samples: np.ndarray, said: str) -> None:
    file = tmp_path / "no-speech.wav"
    soundfile.write(file, samples, RATE, subtype="FLOAT")
    take(page, file)
    assert page.locator("#label").text_content() == "not judged"
    assert said in page.locator("#sure").text_content()
    assert {row["label"] for row in windows(page)} == {""}


def test_what_is_no_sound_is_refused_and_the_next_file_judged(page: Any, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no audio")
    take(page, tmp_path / "text.wav")
    assert status(page) == "text.wav cannot be judged: this browser cannot read it as sound."
    cut = write_samples(tmp_path / "cut.wav", voice(1, duration=1.0))
    cut.write_bytes(cut.read_bytes()[:-4000])
    take(page, cut)
    assert "ends before its sound does" in status(page)
    take(page, write_samples(tmp_path / "long.flac", np.zeros(3601 * 8000 // 2), 8000))
    assert "longer than 30 minutes" in status(page)
    take(page, write_samples(tmp_path / "speech.wav", voice(1, duration=1.0)))
    assert page.evaluate("document.documentElement.dataset.state") == "done"


def test_clipped_and_quiet_sound_is_noted(page: Any, tmp_path: Path) -> None:
    take(page, write_samples(tmp_path / "loud.wav", np.clip(20 * voice(1, duration=1.0), -1, 1)))
    assert "clipped" in page.locator("#notes").text_content()
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, 1e-3 * voice(1, duration=1.0), RATE, subtype="FLOAT")
    take(page, quiet)
    assert "quiet" in page.locator("#notes").text_content()


def test_a_moment_is_looked_at_by_keys_and_pointer_and_while_it_plays(page: Any, tmp_path: Path) -> None:
    take(page, write_samples(tmp_path / "speech.wav", np.concatenate([voice(1, duration=1.5), np.zeros(RATE * 2)])))
    of_all = whole(page)
    scope = page.locator("#scope")
    scope.focus()
    page.keyboard.press("Home")
    assert page.locator("#of").text_content() == "0:00 to 0:01"
    assert whole(page) == pytest.approx([float(windows(page)[0][f"p_{label}"]) for label in
                                         ("</script><b>&'\"", "fear", "neutral")], abs=2e-5)
    scope.focus()
    page.keyboard.press("End")
    assert page.locator("#label").text_content() == "not judged"
    assert scope.get_attribute("aria-valuetext") == "0:03.5: not judged, digital silence"
    page.keyboard.press("Escape")
    assert (page.locator("#of").text_content(), whole(page)) == ("The whole recording", of_all)
    width = scope.bounding_box()["width"]
    scope.click(position={"x": width / 2, "y": 20})
    assert float(scope.get_attribute("aria-valuenow")) == pytest.approx(1.75, abs=0.02)
    page.evaluate("document.getElementById('sound').play()")
    page.wait_for_timeout(300)
    assert float(scope.get_attribute("aria-valuenow")) > 1.8
    page.click("#all")
    assert whole(page) == of_all


def test_pictures_are_drawn_and_the_spectrogram_is_brightest_at_the_pitch(page: Any, tmp_path: Path) -> None:
    take(page, write_samples(tmp_path / "tone.wav", tone(pitch=1000, detune=0, duration=1.2)))
    page.wait_for_timeout(200)
    ink = page.evaluate("""() => ["course", "wave", "spectrogram"].map(id => {
      const canvas = document.getElementById(id);
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(pixels.buffer)).size;
    })""")
    assert min(ink) > 2
    rows = page.evaluate("""async () => {
      const {Picture, ROWS, heightOf} = await import("/picture.js");
      const samples = Float32Array.from({length: 8000}, (_, at) => Math.sin(2 * Math.PI * 1000 * at / 16000));
      const {levels, low, high} = new Picture(16000).push(samples, true);
      const column = [...levels.slice(10 * ROWS, 11 * ROWS)];
      const loudest = Math.max(...column);
      return [column.indexOf(loudest), heightOf(1000, 16000) * ROWS, loudest, low.length, high[10]];
    }""")
    assert abs(rows[0] + 0.5 - rows[1]) < 2
    assert rows[2] == pytest.approx(2 * 110, abs=10), "a sine at full scale is some 0 dB, between two bins less"
    assert rows[3:] == [25, pytest.approx(1, abs=0.01)]


def test_a_long_recording_is_judged_in_parts(
    browser: Any, site: Path, runner: Model, tmp_path: Path
) -> None:
    folder = shutil.copytree(site, tmp_path / "page")
    about = json.loads((folder / "model/model.json").read_text("utf-8"))
    (folder / "model/model.json").write_text(json.dumps({**about, "longest_clip_seconds": 2.0}))
    samples = np.concatenate([voice(1, duration=2.0), np.zeros(2 * RATE), voice(2, duration=1.9)]).astype(np.float32)
    with served(folder) as address:
        told = opened(browser, address)
        take(told.page, write_samples(tmp_path / "long.wav", samples))
        parts = np.split(soundfile.read(tmp_path / "long.wav", dtype="float32")[0], [31_466, 62_933])
        judged = [runner.judge(part) for part in parts if np.abs(part).max() > 1e-3]
        assert len(judged) == 2
        expected = np.average([each.clip for each in judged], axis=0, weights=[len(each.starts) for each in judged])
        np.testing.assert_allclose(whole(told.page), expected, atol=TOLERANCE)
        take(told.page, write_samples(tmp_path / "silence.wav", np.zeros(5 * RATE)))
        assert "every part is below -80 dBFS" in told.page.locator("#sure").text_content()
        assert told.complaints == []


def test_it_says_what_the_model_is(page: Any, runner: Model, site: Path) -> None:
    assert page.locator("#bars th").all_text_contents() == list(runner.labels)
    assert page.locator("b").count() == 0
    assert page.locator("#synthetic").is_visible()
    facts = page.locator("#facts").text_content()
    assert "24 clips of 4 speakers (en); licence of its audio: MIT" in facts
    scores = json.loads((Path(__file__).resolve().parents[2] / "metrics/evaluate.json").read_text("utf-8"))
    assert f"{100 * scores['uar']:.0f} % of an emotion's clips named correctly" in facts
    assert page.locator("#card a").get_attribute("href") == "model/card.txt"


def test_it_asks_for_nothing_but_its_own_folder(shared: SimpleNamespace) -> None:
    elsewhere = [url for url in shared.requests if not url.startswith((shared.address, "blob:" + shared.address))]
    assert elsewhere == []
    assert any(url.endswith(".wasm") for url in shared.requests)


def test_its_policy_keeps_it_and_its_worker_from_any_other_host(browser: Any, site: Path) -> None:
    ask = """address => fetch(address, {mode: "no-cors"}).then(() => "answered", () => "refused")"""
    with served(site) as address, served(site) as other:
        page = opened(browser, address).page
        for asking in (page, page.workers[0]):
            assert asking.evaluate(ask, address) == "answered"
            assert asking.evaluate(ask, other) == "refused"


def test_without_a_microphone_files_are_judged(browser: Any, site: Path, tmp_path: Path) -> None:
    with served(site) as address:
        told = opened(browser, address.replace("127.0.0.1", INSECURE))
        assert "HTTPS" in status(told.page)
        assert told.page.locator("#record").is_disabled()
        take(told.page, write_samples(tmp_path / "speech.wav", voice(1, duration=1.0)))
        assert told.page.evaluate("document.documentElement.dataset.state") == "done"


def test_opened_as_a_file_it_says_that_it_must_be_served(browser: Any, shared: SimpleNamespace, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    for each in (page, shared.page):  # which would wait a while before saying so
        each.evaluate("document.getAnimations().forEach(each => each.finish())")
    assert page.locator("#unserved").is_visible()
    assert not shared.page.locator("#unserved").is_visible()


def test_a_model_that_is_none_is_told(browser: Any, site: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(site, tmp_path / "page")
    (folder / "model/model.onnx").write_text("no model")
    with served(folder) as address:
        page = opened(browser, address).page
        assert status(page).startswith("The model cannot be used here")
        (folder / "model/model.onnx").unlink()
        page.reload()
        until(page, "failed")
        assert "model/model.onnx cannot be had (status 404)" in status(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_width_scrolls_sideways_and_axe_finds_nothing(page: Any, tmp_path: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    take(page, write_samples(tmp_path / "speech.wav", voice(1, duration=1.5)))
    page.locator("details").evaluate("each => { each.open = true; }")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_the_keyboard_suffices_to_record(page: Any) -> None:
    page.locator("#record").focus()
    page.keyboard.press("Enter")
    until(page, "listening")
    assert page.locator("#record").get_attribute("aria-pressed") == "true"
    assert page.locator("#choose").is_disabled()
    for _ in range(200):
        if status(page) >= "Listening, 0:01":
            break
        page.wait_for_timeout(25)
    page.keyboard.press("Enter")
    until(page, "done", "failed")
    assert page.locator("#record").get_attribute("aria-pressed") == "false"
    assert page.locator("#name").text_content() == "Recording"
