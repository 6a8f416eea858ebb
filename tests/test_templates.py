"""Templates and scripts hold nothing that the content policy would block or that writes text into a page unescaped."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "portal" / "static" / "portal").glob("*.js"))
PYTHON = [
    path
    for part in ("portal", "pilots", "ratings")
    for path in sorted((ROOT / part).rglob("*.py"))
    if "migrations" not in path.parts
]

# What is forbidden, with an example that proves that it would be found.
IN_TEMPLATES = {
    "unescaped text": (r"\|\s*safe(?:seq)?\b|\bautoescape\s+off|\{%\s*filter\s+safe|\bescapejs\b", "{{ name|safe }}"),
    "style of its own": (r"<style\b|\sstyle\s*=", '<p style="color: red">'),
    "script in the page": (r"<script(?![^>]*\ssrc=)", "<script>go()</script>"),
    "script without the page's nonce": (
        r"<script(?!\s+nonce=\"\{\{ request\.csp_nonce \}\}\"\s)",
        '<script src="x.js"></script>',
    ),
    "handler in an attribute": (r"\son[a-z]+\s*=|\bhx-on\b|\bhx-vars\b", '<b onclick="go()">'),
    "script as an address": (
        r"javascript:|\bdata:text|\bhx-(?:vals|headers)\s*=\s*['\"]js:",
        '<a href="javascript:x">',
    ),
    "window that reaches back": (r"target=\"_blank\"(?![^>]*\brel=\"[^\"]*noopener)", '<a target="_blank" href="/">'),
    "frame or plug-in": (r"<(?:iframe|frame|object|embed|base|applet)\b", '<iframe src="/">'),
}
IN_SCRIPTS = {
    "text as markup": (
        r"\b(?:inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser",
        "box.innerHTML = text",
    ),
    "text as script": (r"\beval\s*\(|new\s+Function\b|set(?:Timeout|Interval)\s*\(\s*[\"'`]", 'eval("1")'),
    "style as text": (r"setAttribute\(\s*[\"']style|cssText", 'a.setAttribute("style", x)'),
}
IN_PYTHON = {
    "unescaped text": (r"\bmark_safe\b|\bSafeString\b|\bSafeText\b|\bhtml_safe\b", "return mark_safe(text)"),
    "door without its guard": (r"\bcsrf_exempt\b|\bcsp_exempt\b|\bxframe_options_exempt\b", "@csrf_exempt"),
}


def found(pattern: str, paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths if re.search(pattern, path.read_text("utf-8"), re.IGNORECASE)]


@pytest.mark.parametrize("what", IN_TEMPLATES)
def test_templates_hold_no(what: str) -> None:
    pattern, example = IN_TEMPLATES[what]
    assert re.search(pattern, example)
    assert found(pattern, TEMPLATES) == []


@pytest.mark.parametrize("what", IN_SCRIPTS)
def test_scripts_hold_no(what: str) -> None:
    pattern, example = IN_SCRIPTS[what]
    assert re.search(pattern, example)
    assert found(pattern, SCRIPTS) == []


@pytest.mark.parametrize("what", IN_PYTHON)
def test_code_holds_no(what: str) -> None:
    pattern, example = IN_PYTHON[what]
    assert re.search(pattern, example)
    assert found(pattern, PYTHON) == []


def test_every_form_that_is_posted_carries_its_token() -> None:
    form = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL)
    assert form.findall('<form class="x" method="post"><b></b></form>') == ["<b></b>"]
    forms = [(path.name, body) for path in TEMPLATES for body in form.findall(path.read_text("utf-8"))]
    assert len(forms) > 3
    assert [name for name, body in forms if "{% csrf_token %}" not in body] == []
