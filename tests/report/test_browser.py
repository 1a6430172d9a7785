"""The report in a real browser: it needs no network, makes no error, and everything leads to everything."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

WIDTHS = (320, 390, 759, 760, 1024, 1199, 1200, 1920)


@pytest.fixture(scope="module")
def path(write: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "report.html"
    write(target)
    return target


@pytest.fixture(scope="module")
def opened(browser: Any, path: Path) -> Iterator[SimpleNamespace]:
    """The page, with what it asked for and what it complained of."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, color_scheme="light")
    page = context.new_page()
    told = SimpleNamespace(page=page, requests=[], complaints=[])
    page.on("request", lambda request: told.requests.append(request.url))
    page.on("console", lambda message: told.complaints.append(message.text))
    page.on("pageerror", lambda error: told.complaints.append(str(error)))
    page.set_default_timeout(10_000)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    yield told
    context.close()


@pytest.fixture
def page(opened: SimpleNamespace) -> Iterator[Any]:
    """The page as it was opened: nothing is chosen."""
    opened.page.set_viewport_size({"width": 1440, "height": 1000})
    yield opened.page
    assert opened.complaints == []
    while opened.page.locator("#chips button").count():
        opened.page.locator("#chips button").last.click()


def _rows(page: Any) -> int:
    """How many clips are in the list, over all its pages."""
    return int(re.match(r"Clips \((\d+)", page.locator("#list-title").text_content())[1])


def _until(page: Any, holds: str) -> None:
    """Wait for what the page does by itself. (Playwright's own way evaluates text, which the page forbids.)"""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {holds}")


def _now(page: Any) -> str:
    return page.locator("#detail code").text_content()


def test_it_asks_for_nothing_but_itself(opened: SimpleNamespace, path: Path) -> None:
    elsewhere = [url for url in opened.requests if not url.startswith(("data:", "blob:"))]
    assert elsewhere == [path.as_uri()]


def test_it_shows_every_clip_and_names_as_they_are(page: Any, run: SimpleNamespace) -> None:
    assert _rows(page) == 48
    assert page.locator("h1").text_content() == "calls, RAVDESS, speech"
    assert page.locator("#confusion tbody th").all_text_contents() == list(run.predictions.origin.labels)
    assert page.locator("b, i").count() == 0
    assert "a/<b>.wav" in page.locator("#data-taken").text_content()


def test_a_cell_lists_its_clips_and_again_all(page: Any, run: SimpleNamespace) -> None:
    counts = run.evaluation.confusion.to_numpy()
    cells = page.locator("#confusion tbody button")
    for at, expected in enumerate(counts.ravel().tolist()):
        cells.nth(at).click()
        assert _rows(page) == expected
        assert cells.nth(at).get_attribute("aria-pressed") == "true"
    cells.nth(8).click()
    assert _rows(page) == 48


def test_a_row_plays_and_is_seen_in_every_pane(page: Any) -> None:
    page.select_option('select[name="heard"]', label="in this page")
    page.locator("#list tbody tr").nth(2).click()
    clip = _now(page)
    _until(page, "document.getElementById('sound').duration > 0.3")
    # Sounds, and comes to its end.
    _until(page, "document.getElementById('sound').currentTime > 0.1")
    _until(page, "document.getElementById('wave').width > 100")
    assert page.locator("#list tr.here code").get_attribute("title") == clip
    assert page.locator("#confusion button.here").count() == 1
    ink = page.evaluate("""() => ["wave", "spectrogram"].map(id => {
      const canvas = document.getElementById(id);
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(pixels.buffer)).size;
    })""")
    assert min(ink) > 3, "something is drawn"


def test_the_spectrogram_is_brightest_at_the_pitch(page: Any) -> None:
    levels = page.evaluate("""async () => {
      const {picture, heightOf} = await import("ser/spectrum.js");
      const samples = Float32Array.from({length: 8000}, (_, at) => Math.sin(2 * Math.PI * 1000 * at / 16000));
      const {data} = picture(samples, 16000, 5, 200);
      const light = row => data[4 * (5 * row + 2)] + data[4 * (5 * row + 2) + 1];
      return [200 * (1 - heightOf(1000, 16000)), [...Array(200).keys()].sort((a, b) => light(b) - light(a))[0]];
    }""")
    assert abs(levels[0] - levels[1]) < 4


def test_next_and_previous_go_through_the_list(page: Any) -> None:
    order = page.locator("#list tbody code").evaluate_all("all => all.map(each => each.title)")
    page.locator("#list tbody tr").first.click()
    page.locator("#next").click()
    assert _now(page) == order[1]
    page.locator("#previous").click()
    assert _now(page) == order[0]


def test_the_map_plays_the_point_that_is_clicked(page: Any) -> None:
    page.locator("#list tbody tr").nth(3).click()
    first = _now(page)
    page.locator("#map").scroll_into_view_if_needed()
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    second = _now(page)
    assert second != first
    # A click where a ring is, and the legend.
    places = page.evaluate("""() => {
      const {width, height} = document.getElementById("map").getBoundingClientRect();
      const {clips} = JSON.parse(document.getElementById("data").textContent);
      return clips.id.map((id, at) => [id, 16 + clips.answers[2 * at] / 1000 * (width - 32),
                                       height - 16 - clips.answers[2 * at + 1] / 1000 * (height - 32)]);
    }""")
    name, x, y = min(places, key=lambda place: -min(
        abs(place[1] - other[1]) + abs(place[2] - other[2]) for other in places if other is not place))
    page.locator("#map").click(position={"x": x, "y": y})
    assert _now(page) == name
    page.locator("#legend button").nth(1).click()
    assert _rows(page) == 16


def test_every_map_says_what_it_shows(page: Any) -> None:
    options = page.locator("#map-space option").all_text_contents()
    assert options == ["last layer, fold 0", "last layer, fold 1", "probabilities"]
    about = set()
    for option in options:
        page.select_option("#map-space", label=option)
        about.add(page.locator("#map-about").text_content())
    assert len(about) >= 2
    for colour in page.locator("#map-colour option").all_text_contents():
        page.select_option("#map-colour", label=colour)
        assert page.locator("#legend button").count() >= 1
    page.select_option("#map-colour", label="actual")


def test_groups_bins_and_mistakes_lead_to_clips(page: Any, run: SimpleNamespace) -> None:
    page.locator('.group[data-value="ravdess-00"]').click()
    assert _rows(page) == 6
    assert "speaker: ravdess-00" in page.locator("#chips").text_content()
    page.locator("#chips button").first.click()
    page.locator('.group[data-value="not known"]').first.click()
    assert _rows(page) == 24
    page.locator("#chips button").first.click()
    for at, clips in enumerate(run.evaluation.calibration.reliability["clips"]):
        page.locator("#reliability circle").nth(at).dispatch_event("click")
        assert _rows(page) == clips
    page.locator("#chips button").first.click()
    page.locator("#mistake-list button").first.click()
    table = run.evaluation.clips.assign(confidence=lambda rows: rows[[f"p_{label}" for label in
                                                                      run.predictions.origin.labels]].max(axis=1))
    wrong = table[table["label"] != table["predicted"]]
    surest = wrong.loc[wrong["confidence"].astype(float).idxmax(), "clip_id"]
    assert _now(page) == surest


def test_the_list_is_sorted_filtered_and_searched(page: Any, run: SimpleNamespace) -> None:
    page.locator('[data-sort="confidence"]').click()
    shown = page.locator("#list tbody td.n:not(.wide)").all_text_contents()
    assert shown == sorted(shown, reverse=True)
    page.locator('[data-sort="confidence"]').click()
    shown = page.locator("#list tbody td.n:not(.wide)").all_text_contents()
    assert shown == sorted(shown)
    assert page.locator('th[aria-sort="ascending"]').count() == 1
    page.locator('[data-sort="result"]').click()
    page.select_option('select[name="result"]', label="right")
    right = int((run.evaluation.clips["label"] == run.evaluation.clips["predicted"]).sum())
    assert _rows(page) == right
    assert page.locator("#list .wrong").count() == 0
    page.locator("#chips button").first.click()
    page.fill('input[name="text"]', "kids")
    assert _rows(page) == 24
    page.fill('input[name="text"]', "nobody")
    assert _rows(page) == 0


def test_the_keyboard_suffices(page: Any) -> None:
    assert page.locator('#confusion button[tabindex="0"]').count() == 1, "one stop, and arrows within"
    page.locator("#confusion button").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.at") == "0 1"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.keyboard.press("Enter")
    page.locator('#list .play[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    row = page.evaluate("document.activeElement.closest('tr').querySelector('code').title")
    page.keyboard.press("Enter")
    assert _now(page) == row
    assert page.evaluate("document.activeElement.className") == "play", "the focus stays in the list"
    page.locator("#reliability circle").first.focus()
    page.keyboard.press("Enter")
    assert "confidence" in page.locator("#chips").text_content()


def test_a_clip_that_may_not_be_passed_on_says_so(page: Any) -> None:
    page.select_option('select[name="corpus"]', label="calls")
    page.locator("#list tbody tr").first.click()
    assert "may not be passed on" in page.locator("#now").text_content()
    assert page.locator("#sound").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_width_scrolls_sideways_and_axe_finds_nothing_serious(page: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.locator("#list tbody tr").first.click()
    for each in page.locator("details").all():
        each.evaluate("each => { each.open = true; }")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")] == []


def test_paper_is_white_and_shows_what_is_folded_away(page: Any) -> None:
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = false; })")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.pane')).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator("nav").is_visible()
    page.emulate_media(media="screen")
