"""Both languages are complete, and the compiled catalogue is the one of the sources."""

import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
ENTRIES = polib.pofile(str(CATALOGUE))


def texts(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def test_every_message_is_translated():
    assert [entry.msgid for entry in ENTRIES if entry.fuzzy or not all(texts(entry))] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.msgid[:40])
def test_placeholders_survive(entry):
    wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    assert [sorted(PLACEHOLDER.findall(text)) for text in texts(entry)] == [wanted] * len(texts(entry))


def test_compiled_catalogue_is_up_to_date():
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): texts(e) for e in compiled} == {(e.msgctxt, e.msgid): texts(e) for e in ENTRIES}


def test_every_message_in_the_sources_is_in_the_catalogue():
    """Without gettext's tools: the literals in Python and the translate tags in templates."""
    known = {entry.msgid for entry in ENTRIES}
    literal = re.compile(r"""\b(?:_|gettext|gettext_lazy|ngettext)\(\s*"((?:[^"\\]|\\.)*)"\s*[,)]""")
    tag = re.compile(r"""{% translate (?:"([^"]*)"|'([^']*)')""")
    found = set()
    for package in ("portal", "pilots", "ratings"):
        for path in (ROOT / package).rglob("*.py"):
            found |= {text.replace('\\"', '"') for text in literal.findall(path.read_text(encoding="utf-8"))}
    for path in (ROOT / "templates").rglob("*.html"):
        found |= {one or other for one, other in tag.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 400
    assert sorted(found - known) == []


def test_chinese_terms_are_the_field_s():
    with translation.override("zh-hans"):
        assert translation.gettext("Places") == "托位数"
        assert translation.pgettext("unit", "pilots") == "个"
        assert translation.gettext("Pilot coverage of county units") == "县（市、区）试点覆盖率"
