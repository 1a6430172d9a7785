"""The texts around the numbers: templates in `web/`, filled in by Jinja."""

import json
from pathlib import Path
from typing import Any

import jinja2

WEB = Path(__file__).parent / "web"
"""Templates, style and modules of the page."""


def fill(template: str, **values: Any) -> str:
    """Fill a template in; what is put into HTML is escaped, what is put into Markdown is not.

    Parameters
    ----------
    template : str
        Name of a file in `WEB`.
    **values
        What it asks for.

    Examples
    --------
    >>> fill("_badge.html", text="<b>", serious=True)
    '<span class="badge serious">&lt;b&gt;</span>'
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(WEB), autoescape=lambda name: str(name).endswith(".html"),
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False)
    environment.filters |= {"cell": cell, "share": lambda value: "" if value is None else f"{value:.3f}",
                            "number": lambda value: f"{value:,}"}
    return environment.get_template(template).render(**values)


def for_script(value: Any) -> str:
    r"""Write JSON that can stand in a script element, whatever text it holds.

    Parameters
    ----------
    value : object
        Ready for JSON.

    Examples
    --------
    >>> print(for_script({"name": "</script><!--"}))
    {"name":"\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def cell(value: Any) -> str:
    r"""Write text that can stand in a cell of a Markdown table: what Markdown reads as markup is escaped.

    Examples
    --------
    >>> print(cell("a|b\n*c*"))
    a\|b \*c\*
    """
    text = " ".join(str(value).split())
    return "".join(f"\\{letter}" if letter in "\\|*_`<>[]#" else letter for letter in text)
