"""Good documents that the quality score is measured on: recorded technical documents, gold texts of pages, our demo."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from agent.errors import DocumentRejected
from agent.job.records import Block, BlockKind
from workers.parse.clean.document import cleaned
from workers.parse.prose import prose_of, word_count
from workers.parse.read import ReadRequest, read

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MIN_WORDS = 50
"""Shorter ones never reach the score's verdict (parse.min_words)."""
GOLD_TYPES = ("article", "documentation", "forum", "service")
"""Pages of products, listings and collections are lists of links and prices; most are thin as a text to learn from."""

POOR = {
    "qutip-docs-4.6/docs__4.6__guide__guide.html": "a table of contents",
    "qutip-docs-4.6/docs__4.6__guide__guide-dynamics.html": "a table of contents",
    "qutip-docs-4.6/docs__4.6__guide__guide-qip.html": "a table of contents",
    "dwave-docs/docs__shared__authorization.rst": "headings without text",
    "stim-docs/doc__circuit_data_references.md": "a list of links",
    "stim-docs/doc__usage_command_line.md": "a list of links",
    "stim-docs/doc__python_api_reference_vDev.md": "an index of links to sections of code",
    "stim-docs/glue__stimflow__doc__api.md": "an index of links to sections of code",
    "strilanc-blog/_posts__2020-04-01-factoring-record.md": "a joke: a page of digits",
    "strilanc-slides/assets__2018-05-20-quantum-roulette-selection__slides.pdf": "slides that build up",
    "strilanc-slides/assets__2017-06-28-dirty-factoring-paper__martin-slides.pdf": "slides; replaced characters",
    "quantum-katas/quickref__qsharp-quick-reference.pdf": "a card of symbols; replaced characters",
}
"""Honestly poor as text, read by eye: counted neither as good nor as bad."""


class Labelled(NamedTuple):
    """One good document."""

    name: str
    group: str
    blocks: tuple[Block, ...]
    language: str

    @property
    def tuning(self) -> bool:
        """Whether it is in the half that is not reported."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0


def good(every: int = 1) -> list[Labelled]:
    """One in so many of all that are there; those that are honestly poor are left out."""
    found = [*_demo(), *_recorded(every), *_gold(every)]
    return [one for one in found if one.name not in POOR and word_count(prose_of(one.blocks)) >= MIN_WORDS]


def _recorded(every: int) -> Iterator[Labelled]:
    folder = DATA / "corpus-quantum"
    if folder.is_dir():
        for line in (folder / "manifest.jsonl").read_text().splitlines()[::every]:
            name = json.loads(line)["path"]
            yield from _read(name, "technical documents", (folder / name).read_bytes())


def _demo() -> Iterator[Labelled]:
    site = Path(str(files("agent.demo"))) / "site"
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".md", ".txt") and path.name != "robots.txt":
            yield from _read(f"demo/{path.relative_to(site)}", "demo", path.read_bytes())


def _read(name: str, group: str, content: bytes) -> Iterator[Labelled]:
    try:
        read_as = read(content, ReadRequest(url=f"file:///{name}", ocr_language=None), lambda done, total: None)
    except DocumentRejected:
        return
    yield _labelled(name, group, read_as.parsed.blocks)


def _gold(every: int) -> Iterator[Labelled]:
    gold = DATA / "html" / "gold.jsonl"
    for line in gold.read_text().splitlines()[::every] if gold.is_file() else ():
        page = json.loads(line)
        texts = [text.strip() for text in re.split(r"\n+", page["main_content"]) if text.strip()]
        if page["page_type"] in GOLD_TYPES and texts:
            blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
            yield _labelled(f"gold/{page['id']}", f"gold text: {page['page_type']}", blocks)


def _labelled(name: str, group: str, blocks: tuple[Block, ...]) -> Labelled:
    clean = cleaned(blocks, mask=True)
    return Labelled(name, group, clean.blocks, clean.language.code)
