"""Documents of about 200 words with planted copies, made of sentences of real pages beside the checkout."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
WORDS = 200
COPIED_SHARE = 0.1
SERIES_PAGES = 50
"""Pages made from one template: the same frame around another name and three sentences of their own."""
SERIES_SHARE = 0.01
SEED = 5

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_MIN_SENTENCE_WORDS, _MAX_SENTENCE_WORDS = 6, 40
_NAMES = ("ta", "ro", "mi", "ne", "lu", "vex", "dor", "ka", "si", "pon", "gru", "zel")


class Planted(NamedTuple):
    """One document of the benchmark."""

    family: int
    """The same for an original and its copies."""
    kind: str
    """'original', 'series' or how the copy was made."""
    title: str
    text: str


def sentences() -> list[str]:
    """Sentences of the recorded pages and documents, each once."""
    texts = [json.loads(line)["main_content"] for line in (DATA / "html" / "gold.jsonl").read_text().splitlines()]
    texts += [file.read_text(errors="replace") for file in sorted((DATA / "corpus-quantum").rglob("*.md"))]
    texts += [file.read_text(errors="replace") for file in sorted((DATA / "corpus-quantum").rglob("*.rst"))]
    found = (
        sentence.strip()
        for text in texts
        for line in text.splitlines()
        for sentence in _SENTENCE.split(line)
        if _MIN_SENTENCE_WORDS <= len(sentence.split()) <= _MAX_SENTENCE_WORDS
    )
    return list(dict.fromkeys(found))


def planted(count: int) -> Iterator[Planted]:
    """So many originals, pages of series among them, and a tenth as many copies, in an order that mixes them."""
    dice = random.Random(SEED)
    pool = sentences()
    vocabulary = " ".join(pool).split()
    kinds = sorted(COPIES)
    series = int(count * SERIES_SHARE)
    copied = max(1, int(count * COPIED_SHARE / len(kinds)))
    due = [kind for kind in kinds for _ in range(copied)]
    late: list[Planted] = []
    for family in range(count - series):
        text = _paragraphs(dice, pool)
        title = " ".join(dice.choices(vocabulary, k=4))
        original = Planted(family, "original", title, text)
        if family < len(due):
            kind = due[family]
            copy = Planted(family, kind, title, COPIES[kind](text, dice, vocabulary))
            first, second = (original, copy) if dice.random() < 0.5 else (copy, original)
            yield first
            late.append(second)
        else:
            yield original
        if late and dice.random() < COPIED_SHARE:
            yield late.pop(0)
    yield from late
    yield from _series(series, count - series, dice, pool)


def _paragraphs(dice: random.Random, pool: list[str]) -> str:
    paragraphs: list[str] = []
    words = 0
    while words < WORDS:
        paragraph = " ".join(dice.choices(pool, k=3))
        paragraphs.append(paragraph)
        words += len(paragraph.split())
    return "\n\n".join(paragraphs)


def _series(count: int, family: int, dice: random.Random, pool: list[str]) -> Iterator[Planted]:
    for number in range(count):
        if number % SERIES_PAGES == 0:
            frame = [f"{part} NAME {rest}" for part, rest in (_halves(dice.choice(pool)) for _ in range(9))]
        name = "".join(dice.choices(_NAMES, k=3))
        own = dice.choices(pool, k=2)
        text = " ".join(frame[:4] + own[:1] + frame[4:] + own[1:]).replace("NAME", name)
        yield Planted(family + number, "series", f"The {name} page", text)


def _halves(sentence: str) -> tuple[str, str]:
    words = sentence.split()
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


Change = Callable[[str, random.Random, list[str]], str]


def _changed(share: float) -> Change:
    def change(text: str, dice: random.Random, vocabulary: list[str]) -> str:
        words = text.split(" ")
        for place in dice.sample(range(len(words)), max(1, round(share * len(words)))):
            words[place] = dice.choice(vocabulary)
        return " ".join(words)

    return change


def _set_otherwise(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    marked = re.sub(r"[.,;]", lambda mark: dice.choice((mark[0], "", " -", "!")), text)
    return marked.upper() if dice.random() < 0.5 else marked.title()


def _truncated(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    words = text.split(" ")
    return " ".join(words[: len(words) * 8 // 10])


def _appended(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    return f"{text}\n\n{' '.join(dice.choices(vocabulary, k=len(text.split()) // 2))}"


def _framed(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    return f"Home Products Documentation Blog About us Sign in\n\n{text}\n\n{_FOOTER}"


_FOOTER = (
    "Share this page on your favourite network. Subscribe to our newsletter to get the latest news every week. "
    "Copyright 2026 Example Limited. All trademarks belong to their owners. Privacy policy, cookie settings, imprint."
)


def _reordered(text: str, dice: random.Random, vocabulary: list[str]) -> str:
    paragraphs = text.split("\n\n")
    return "\n\n".join(dice.sample(paragraphs, len(paragraphs)))


COPIES: dict[str, Change] = {
    "exact": lambda text, dice, vocabulary: text,
    "case and punctuation": _set_otherwise,
    "1 % of words changed": _changed(0.01),
    "3 % of words changed": _changed(0.03),
    "5 % of words changed": _changed(0.05),
    "10 % of words changed": _changed(0.10),
    "truncated to 80 %": _truncated,
    "50 % appended": _appended,
    "boilerplate added": _framed,
    "paragraphs reordered": _reordered,
}
