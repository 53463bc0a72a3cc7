"""The house's own rules, kept by tests: imports, the tree on the page, what the wheel carries."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
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
    extras = project["optional-dependencies"].values()
    declared = [*project["dependencies"], *(line for extra in extras for line in extra)]
    assert any(re.match(rf"{re.escape(package)}\b(?!-)", line) for line in declared)


EXTRAS_OF = {
    "agent": ("local",),
    "workers/crawl": ("crawl",),
    "workers/parse": ("parse",),
    "workers/generate": ("generate",),
    "workers/train": ("train", "cuda"),
}
PARTS_OF_OTHERS = {
    "kombu": "celery",
    "twisted": "scrapy",
    "urllib3": "requests",
    "tokenizers": "transformers",
    "pydantic_core": "pydantic",
}
"""Modules of packages that a declared package always brings along and is made to be used with."""


@pytest.mark.parametrize("room", EXTRAS_OF)
def test_a_pool_declares_every_package_it_imports(room: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in EXTRAS_OF[room] for line in project["optional-dependencies"][extra]),
    ]
    declared = {re.split(r"[\[><=;! ]", line)[0].lower().replace("_", "-") for line in lines}
    homes = packages_distributions()
    undeclared = {
        f"{file.relative_to(ROOT)}: {module}"
        for file in (ROOT / room).rglob("*.py")
        for module in imported_by(file)
        if module not in sys.stdlib_module_names and module not in ("agent", "workers")
        and not {dist.lower().replace("_", "-") for dist in homes.get(module, [module])} & declared
        and PARTS_OF_OTHERS.get(module) not in declared
    }  # fmt: skip
    assert undeclared == set()


def imported_by(file: Path) -> set[str]:
    """Top-level modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
