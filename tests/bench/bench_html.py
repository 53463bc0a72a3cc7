"""Main content of web pages, ours beside the extractors it asks and others: word F1 by page type, and pages a second;
title, author and date beside trafilatura's.

Words are lower-cased ``\\w+`` as multisets, figures means over pages. Ours is the text after reading and cleaning; the
whole road, which a job and ``finetune parse`` take, adds language, quality and the document itself. Its
weights were learnt from these pages: ``python -m tests.bench.fit_html`` prints what they reach on pages held out.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from agent.errors import DocumentRejected
from agent.job.records import Page
from agent.spec import ParseConfig
from tests.bench.page_metadata import print_metadata
from workers.parse.clean.document import cleaned
from workers.parse.judge import judge
from workers.parse.read import ReadRequest, read

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "html"
EVERY = int(os.environ.get("HTML_EVERY", "1"))
"""One page in so many is read."""
DRAWS = 1000
_WORD = re.compile(r"\w+")

Extractor = Callable[[bytes, str], str]


class Score(NamedTuple):
    """Of one page."""

    f1: float
    precision: float
    recall: float


def ours(content: bytes, url: str) -> str:
    """The text a user gets."""
    try:
        parsed = read(content, ReadRequest(url=url, media_type="text/html"), lambda done, total: None).parsed
    except DocumentRejected:
        return ""
    return "\n\n".join(block.text for block in cleaned(parsed.blocks, mask=ParseConfig().mask_personal_data).blocks)


def reading_alone(content: bytes, url: str) -> str:
    """Ours before cleaning: what the time of an extractor compares with."""
    try:
        parsed = read(content, ReadRequest(url=url, media_type="text/html"), lambda done, total: None).parsed
    except DocumentRejected:
        return ""
    return "\n\n".join(block.text for block in parsed.blocks)


def whole_road(content: bytes, url: str) -> str:
    """Ours to the judged document."""
    page = Page(id="0" * 16, url=url, source="dir:any", blob="0" * 64, size_bytes=len(content))
    try:
        reading = read(content, ReadRequest(url=url, media_type="text/html"), lambda done, total: None)
    except DocumentRejected:
        return ""
    return "\n\n".join(block.text for block in judge(page, reading, ParseConfig()).document.blocks)


def plain_trafilatura(content: bytes, url: str) -> str:
    """Trafilatura alone, as it comes, without comments."""
    import trafilatura

    return trafilatura.extract(content, include_comments=False) or ""


def trafilatura_baseline(content: bytes, url: str) -> str:
    """Its simplest extraction."""
    import trafilatura

    return str(trafilatura.baseline(content)[1])


def resiliparse(content: bytes, url: str) -> str:
    """Its main content."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(content.decode("utf-8", "replace"), main_content=True))


def readability(content: bytes, url: str) -> str:
    """readability-lxml, its summary as text."""
    import lxml.html
    from readability import Document

    return str(lxml.html.fromstring(Document(content.decode("utf-8", "replace")).summary()).text_content())


def justext(content: bytes, url: str) -> str:
    """jusText with English stop words."""
    import justext as library

    found = library.justext(content, library.get_stoplist("English"))
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


EXTRACTORS: dict[str, Extractor] = {
    "trafilatura": plain_trafilatura,
    "ours": ours,
    "ours, reading alone": reading_alone,
    "ours, the whole road": whole_road,
    "trafilatura baseline": trafilatura_baseline,
    "resiliparse": resiliparse,
    "jusText": justext,
    "readability-lxml": readability,
}


def main() -> None:
    """Print the table, and the interval of our gain."""
    logging.disable(logging.CRITICAL)
    golds = [json.loads(line) for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines()][::EVERY]
    contents = [gzip.decompress((PAGES / "pages" / f"{gold['id']}.html.gz").read_bytes()) for gold in golds]
    wanted = [_words(gold["main_content"]) for gold in golds]
    types = sorted({gold["page_type"] for gold in golds})
    print(f"{len(golds)} pages\n{'':22}   F1     P      R    pages/cpu-s  ratio  " + "  ".join(types))
    reached: dict[str, list[Score]] = {}
    pace: dict[str, float] = {}
    for name, extract in EXTRACTORS.items():
        try:
            extract(contents[0], "")  # imports and models are no page's cost
        except ModuleNotFoundError:
            print(f"{name:22} not installed")
            continue
        began = time.process_time()
        texts = [_safely(extract, content, gold["url"]) for content, gold in zip(contents, golds, strict=True)]
        pace[name] = len(golds) / (time.process_time() - began)
        reached[name] = [score(_words(text), gold) for text, gold in zip(texts, wanted, strict=True)]
        overall = "  ".join(f"{statistics.fmean(values):.3f}" for values in zip(*reached[name], strict=True))
        by_type = [
            statistics.fmean(s.f1 for s, gold in zip(reached[name], golds, strict=True) if gold["page_type"] == kind)
            for kind in types
        ]
        shown = "  ".join(f"{value:{len(kind)}.3f}" for value, kind in zip(by_type, types, strict=True))
        print(f"{name:22} {overall}  {pace[name]:11.1f}  {pace[name] / pace['trafilatura']:5.2f}  {shown}")
    gains = [mine.f1 - theirs.f1 for mine, theirs in zip(reached["ours"], reached["trafilatura"], strict=True)]
    _interval("all pages", gains)
    articles = [gain for gain, gold in zip(gains, golds, strict=True) if gold["page_type"] == "article"]
    _interval("articles", articles)
    print_metadata(golds, contents)


def score(found: Counter[str], gold: Counter[str]) -> Score:
    """F1, precision and recall of words as multisets."""
    shared = (found & gold).total()
    return Score(
        2 * shared / max(1, found.total() + gold.total()), shared / max(1, found.total()), shared / max(1, gold.total())
    )


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _safely(extract: Extractor, content: bytes, url: str) -> str:
    try:
        return extract(content, url)
    except Exception:  # a baseline that breaks on a page found nothing there
        return ""


def _interval(name: str, gains: list[float]) -> None:
    dice = random.Random(DRAWS)
    means = sorted(statistics.fmean(dice.choices(gains, k=len(gains))) for _ in range(DRAWS))
    low, high = means[DRAWS // 40], means[-DRAWS // 40 - 1]
    print(
        f"ours less trafilatura, {name}: {statistics.fmean(gains):+.4f} in F1, 95 % interval {low:+.4f} to {high:+.4f}"
    )


if __name__ == "__main__":
    main()
