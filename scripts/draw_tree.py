"""Keeps the tree in ARCHITECTURE.md true: one line a file, with the first sentence of its docstring.

``python scripts/draw_tree.py`` rewrites the part between the markers; ``--check`` only says whether it is up to date.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- tree: begin -->", "<!-- tree: end -->"
ROOMS = ("agent", "workers", "tests", "scripts", "deploy")
NOTED_AS_A_WHOLE = {"agent/demo/site": "the shipped site: pages, papers, notes on quantum computing"}


def drawn() -> str:
    """The tree as text."""
    lines = ["```"]
    for room in ROOMS:
        lines += _folder(ROOT / room, 0)
    return "\n".join([*lines, "```"])


def _folder(folder: Path, depth: int) -> list[str]:
    name = folder.relative_to(ROOT).as_posix()
    indent = "  " * depth
    if name in NOTED_AS_A_WHOLE:
        return [_line(f"{indent}{folder.name}/", NOTED_AS_A_WHOLE[name])]
    package = folder / "__init__.py"
    lines = [_line(f"{indent}{folder.name}/", _first_sentence(package) if package.exists() else "")]
    entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name))
    for entry in entries:
        if entry.name.startswith((".", "__pycache__")) or entry.name in ("__init__.py", "py.typed"):
            continue
        if entry.is_dir():
            if any(entry.rglob("*.*")):
                lines += _folder(entry, depth + 1)
        elif room_of(entry) != "tests" or entry.suffix == ".py":
            lines.append(_line(f"{indent}  {entry.name}", _first_sentence(entry)))
    return lines


def room_of(path: Path) -> str:
    """The top folder a file lies in."""
    return path.relative_to(ROOT).parts[0]


def _line(name: str, note: str) -> str:
    return f"{name:<34}{note}".rstrip()


def _first_sentence(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        docstring = ast.get_docstring(ast.parse(text)) or ""
        return docstring.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".:")
    if file.suffix == ".lua":
        notes = [line[3:] for line in text.splitlines() if line.startswith("-- ") and not line.startswith("-- uses:")]
        return notes[0].split(". ")[0].rstrip(".") if notes else ""
    return ""


def main() -> int:
    """Rewrite or check; exit code 1 when the page was out of date and only a check was asked."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    fresh = f"{head}{BEGIN}\n{drawn()}\n{END}{tail}"
    if "--check" in sys.argv:
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
