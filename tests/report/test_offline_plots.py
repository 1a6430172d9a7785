"""DVC's own page of plots, with a template that asks no network for the plotting library."""

import re
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / ".dvc/plots_offline.html"


def test_the_template_holds_the_plots_and_no_address_elsewhere() -> None:
    from dvc_render.html import HTML

    html = HTML(TEMPLATE.read_text("utf-8"))
    html.with_scripts('<script src="https://example.org/vega"></script>')
    html.with_element("<p>a plot</p>")
    page = html.embed()
    assert "<p>a plot</p>" in page
    assert re.findall(r'https?://[^"]*', page) == []
    assert re.findall(r'src="\.\./\.cache/vega/([\w-]+)/', page) == ["vega", "vega-lite", "vega-embed"]
