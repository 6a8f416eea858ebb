"""What the code imports is named in pyproject.toml, each with its reason."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("portal", "pilots", "ratings")
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


def plain(requirement):
    return re.match(r"[\w-]+", requirement)[0].lower().replace("_", "-")


def imported():
    """Each imported package from elsewhere, with a file that imports it."""
    found = {}
    for path in (each for folder in OURS for each in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found.update({name.partition(".")[0]: path for name in names})
    return {name: path for name, path in found.items() if name not in {*sys.stdlib_module_names, *OURS}}


def test_every_import_is_of_a_package_that_is_named():
    project = tomllib.loads(PROJECT)["project"]
    running = {plain(each) for each in project["dependencies"]}
    embedded = running | {plain(each) for each in project["optional-dependencies"]["embedded"]}
    packages, found = packages_distributions(), imported()
    assert {"django", "allauth", "cryptography"} <= found.keys()
    missing = {}
    for name, path in found.items():
        servers = {"embedded", "serve"} & set(path.relative_to(ROOT).parts)
        if not {plain(each) for each in packages[name]} & (embedded if servers else running):
            missing[name] = path
    assert missing == {}


def test_every_dependency_has_its_reason_and_its_place_in_the_lock():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    lines = re.search(r"^dependencies = \[\n(.*?)^\]", PROJECT, re.DOTALL | re.MULTILINE)[1].splitlines()
    named = [re.fullmatch(r'  "([^"]+)", +# \S.+', line) for line in lines]
    assert None not in named
    locked = {plain(line) for line in lock.splitlines() if "==" in line}
    assert {plain(found[1]) for found in named} <= locked
