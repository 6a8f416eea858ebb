"""Everything that a page loads lies in the tree, is what the manifest says, and survives the manifest storage."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "portal" / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = ROOT / "templates"
OWN_FILES_OF_THE_FOLDER = {"README.md", "manifest.json", "build.mjs"}
ENTRIES: list[dict[str, str]] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]

# A namespace of XML is a name, not an address.
FOREIGN = re.compile(r"https?://(?!www\.w3\.org/)|(?:src|href|url\()\s*=?\s*[\"']?//")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\bhx-on\b|javascript:", re.IGNORECASE)
ICON = re.compile(r"components/icon\.html\" with name=\"([^\"]+)\"|components/empty\.html\" with icon=\"([^\"]+)\"")


def _own_sources() -> list[Path]:
    return sorted([*TEMPLATES.rglob("*.html"), *(STATIC / "portal").rglob("*.*")])


def _found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths if pattern.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["path"])
def test_vendored_file_is_the_one_of_the_manifest(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


def test_no_vendored_file_is_missing_from_the_manifest() -> None:
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert present - OWN_FILES_OF_THE_FOLDER == {entry["path"] for entry in ENTRIES}


def test_each_package_comes_with_a_licence_text_and_stands_in_the_readme() -> None:
    readme = (VENDOR / "README.md").read_text(encoding="utf-8")

    for entry in ENTRIES:
        assert (VENDOR / entry["path"]).parent.joinpath("LICENSE").is_file()
        row = rf"`{re.escape(entry['package'])}`.*\| {re.escape(entry['version'])} \| {entry['licence']} \|"
        assert re.search(row, readme)


def test_no_page_refers_to_an_asset_elsewhere() -> None:
    assert FOREIGN.search('<script src="https://assets.example/x.js">')
    assert FOREIGN.search('<img src="//assets.example/x.png">')
    assert not FOREIGN.search('<svg xmlns="http://www.w3.org/2000/svg">')

    assert _found(FOREIGN, _own_sources()) == []


def test_no_template_carries_a_script_that_the_content_security_policy_forbids() -> None:
    assert INLINE_SCRIPT.search("<script>go()</script>")
    assert INLINE_SCRIPT.search('<a onclick="go()">')
    assert not INLINE_SCRIPT.search('<script src="/static/x.js" defer></script>')

    assert _found(INLINE_SCRIPT, sorted(TEMPLATES.rglob("*.html"))) == []


def test_no_vendored_file_loads_a_style_or_a_source_map_from_elsewhere() -> None:
    loaded = re.compile(r"@import|url\((?!\s*[\"']?(?:data:|#))|sourceMappingURL")
    assert loaded.search("a{background:url(https://assets.example/x.png)}")
    assert not loaded.search('a{background:url("data:image/svg+xml,x")}')

    assert _found(loaded, sorted(VENDOR.rglob("*.css"))) == []
    assert _found(re.compile("sourceMappingURL"), sorted(VENDOR.rglob("*.js"))) == []


def test_each_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (VENDOR / "tabler-icons" / "sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        first or second
        for path in TEMPLATES.rglob("*.html")
        for first, second in ICON.findall(path.read_text(encoding="utf-8"))
    }

    assert "circle-check" in named
    assert named - drawn == set()


def test_manifest_storage_can_process_each_file(tmp_path: Path) -> None:
    source = FileSystemStorage(location=STATIC)
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    files: dict[str, Any] = {}
    for path in sorted(STATIC.rglob("*.*")):
        name = path.relative_to(STATIC).as_posix()
        files[name] = (source, name)
        with source.open(name) as content:
            storage.save(name, content)

    problems = [name for name, _, result in storage.post_process(files) if isinstance(result, Exception)]

    assert problems == []
    assert storage.stored_name("portal/portal.css") != "portal/portal.css"
