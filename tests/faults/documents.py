"""Documents for the jobs of the fault tests: small, many, and no two alike."""

from __future__ import annotations

import random
from pathlib import Path

_SYLLABLES = ("gate", "phase", "pulse", "cavity", "trap", "noise", "basis", "field", "lattice", "beam", "spin", "coil")
_SECTIONS = 6


def write_documents(folder: Path, count: int, thing: str = "qubit") -> Path:
    """Write ``count`` Markdown documents about one thing; drawn words and numbers keep any two sentences apart."""
    folder.mkdir(parents=True)
    generator = random.Random(thing)
    for number in range(count):
        sections = [f"# Notes {number} on the {thing}"]
        for _ in range(_SECTIONS):
            name, part, cause = (generator.choice(_SYLLABLES) + generator.choice(_SYLLABLES) for _ in range(3))
            lot = generator.randint(1000, 9999)
            sections += [
                f"## The {thing} {name}",
                f"A {thing} {name} is a {part} of lot {lot} that carries the {cause} of it. "
                f"Engineers built {lot + 1} of them, because the {cause} {lot % 97} drifts while the {part} settles.",
            ]
        (folder / f"{number:03d}.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return folder
