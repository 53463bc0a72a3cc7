"""The house's own rules, kept by tests: imports, the tree on the page, what the wheel carries."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_rules_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_tree_in_the_architecture_page_is_up_to_date() -> None:
    run = subprocess.run([sys.executable, "scripts/draw_tree.py", "--check"], cwd=ROOT, check=False)
    assert run.returncode == 0, "run `python scripts/draw_tree.py`"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for room in ("agent", "workers", "tests")
        for file in (ROOT / room).rglob("*.py")
        if file.read_text(encoding="utf-8").strip() and not file.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []


def test_no_file_carries_a_path_of_a_machine() -> None:
    pattern = re.compile(r"/(work|root|home)/(main|shared|\.pyenv)")
    named = [
        str(file.relative_to(ROOT))
        for pattern_of_files in ("*.md", "agent/**/*.py", "workers/**/*.py", "tests/**/*.py", "deploy/*", "*.toml")
        for file in ROOT.glob(pattern_of_files)
        if file.is_file() and file != Path(__file__).resolve() and pattern.search(file.read_text(encoding="utf-8"))
    ]
    assert named == []


@pytest.mark.parametrize("package", ["celery", "redis", "flower", "requests", "scrapy", "beautifulsoup4", "pymupdf",
                                     "pytesseract", "opencv-python-headless", "openai", "torch", "transformers", "peft",
                                     "bitsandbytes", "pytest", "pytest-celery"])  # fmt: skip
def test_the_packages_the_project_is_built_on_are_declared(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    assert any(re.match(rf"{re.escape(package)}\b(?!-)", line) for line in declared)
