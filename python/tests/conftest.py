"""What the tests share: the sample corpus, and the command to hold against."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"


@pytest.fixture(scope="session")
def corpus():
    return CORPUS


@pytest.fixture(scope="session")
def articles():
    """The plain articles of the corpus: id and text, in the order in which the command reads them."""
    return [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(CORPUS.glob("*.txt"))]


@pytest.fixture(scope="session")
def command():
    """Runs the command; returns what it printed."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = os.environ.get("ONRECORD_COMMAND") or target / "release" / "onrecord"
    found = shutil.which(str(built))
    if found is None:
        pytest.fail(f"the command is not built: cargo build --release ({built})")

    def run(*arguments):
        return subprocess.run([found, *map(str, arguments)], check=True, capture_output=True).stdout

    return run


@pytest.fixture(scope="session")
def rows_of(command):
    """The rows that the command writes for some paths, as dictionaries."""
    import json

    def rows(*arguments):
        return [json.loads(line) for line in command("extract", "--quiet", *arguments).splitlines()]

    return rows
