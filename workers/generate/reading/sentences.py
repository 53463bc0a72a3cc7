"""Sentences of a paragraph, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

ENDINGS = (".", "!", "?", '."', ".\u201d", ".)", "?)", "!)")
"""How a complete sentence ends."""
ABBREVIATIONS = ("e.g.", "i.e.", "vs.", "cf.", "Fig.", "Eq.")
"""After these a sentence goes on, whatever was cut there."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence without surrounding white space; ``start`` is its offset in the text it was cut from."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_complete(self) -> bool:
        """Whether it begins like a sentence and ends like one, with quotes and brackets in pairs."""
        first = self.text[:1]
        ends = self.text.endswith(ENDINGS) and not self.text.endswith(ABBREVIATIONS)
        return (first.isupper() or first.isdigit()) and ends and is_balanced(self.text)


def split_sentences(text: str, language: str = "en") -> list[Sentence]:
    """The sentences of ``text`` in order, found by sentencex for the ISO 639-1 language."""
    import sentencex

    found: list[Sentence] = []
    cursor = 0
    for segment in sentencex.segment(language or "en", text):
        sentence = segment.strip()
        if not sentence:
            continue
        start = text.index(sentence, cursor)
        cursor = start + len(sentence)
        if found and start == found[-1].end:  # no white space between: a dotted name such as module.Class
            start = found.pop().start
        found.append(Sentence(text[start:cursor], start))
    return found


def is_balanced(text: str) -> bool:
    """Whether brackets, double quotes, code marks and dollar signs come in pairs."""
    pairs = (("(", ")"), ("[", "]"), ("{", "}"), ("\u201c", "\u201d"))
    return all(text.count(left) == text.count(right) for left, right in pairs) and all(
        text.count(mark) % 2 == 0 for mark in ('"', "`", "$")
    )


def word_count(text: str) -> int:
    """Words, divided by white space."""
    return len(text.split())
