"""Everything that is measured of a document's prose, by the name of the part that it decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.job.records import Block
from workers.parse.quality.common_words import NO_LANGUAGE, best_fitting
from workers.parse.quality.lexicon import FIGURES, lexicon
from workers.parse.quality.order import order, uncapitalised
from workers.parse.quality.phrases import model_phrases, placeholder_share
from workers.parse.quality.prose import Prose, prose
from workers.parse.quality.repetition import repetition

_MIN_RUNNING_WORDS = 8
"""A line with as many words and the end of a sentence is running text."""
_MIN_STATED_WORDS = 4
"""On a page, a line with as many is a statement of a slide, also without a full stop."""
_WORDS_PER_OTHER_LINE = 5
"""What a line of code or a row of a table is worth beside words of running text."""
_MIN_ALPHABET_SHARE = 0.5
"""Of the letters, for the language's list to say something; else the text is in another script."""
_PRIOR_PAIRS, _USUAL_LOGARITHM = 150, -2.55
"""Pairs of letters as in good text, added before the mean is taken: twenty words say little."""


@dataclass(frozen=True)
class _Figures:
    """A text's tokens in order, one row of `FIGURES` each, and their sums."""

    prose: Prose
    rows: Any
    words: Any
    """The word of each token as a number, -1 for none."""
    sums: dict[str, float]
    word_count: float
    """Estimated where the script has no spaces."""

    def column(self, name: str) -> Any:
        """One figure of all tokens."""
        return self.rows[:, FIGURES.index(name)]


def measures(blocks: Sequence[Block], language: str) -> dict[str, float]:
    """Part -> what was measured for it; empty for a text without words.

    A rule that the language gives no ground for (its words, its letters, spaces between words) is left out.
    """
    text = prose(blocks)
    if text.is_spaced and language in NO_LANGUAGE:
        language = best_fitting(token.lower() for token in text.tokens)
    known = lexicon(language)
    numbers = known.numbers(text.tokens)
    rows, words = known.figures(numbers), known.words(numbers)
    count = int((words >= 0).sum())
    if not count:
        return {}
    sums = dict(zip(FIGURES, rows.sum(axis=0, dtype="float64").tolist(), strict=True))
    figures = _Figures(text, rows, words, sums, count / text.tokens_per_word)
    found = _of_signs(figures) | _substance(figures) | _phrases(figures) | _repeated(figures)
    if text.is_spaced:
        found |= _of_spaced(figures)
        if sums["known_letters"] >= sums["letters"] * _MIN_ALPHABET_SHARE:
            found |= _of_language(figures)
    return found


def _of_signs(figures: _Figures) -> dict[str, float]:
    visible = max(1.0, figures.sums["characters"])
    return {
        "letters": figures.sums["letters"] / visible,
        "symbols": figures.sums["symbols"] / visible,
        "encoding": 100 * figures.sums["misread"] / figures.word_count,
    }


def _substance(figures: _Figures) -> dict[str, float]:
    """How much a text says: running sentences against lists of links, menus and stubs."""
    import numpy as np

    text = figures.prose
    lengths = np.array(text.line_lengths)
    line_words = lengths / text.tokens_per_word
    running_lines = line_words >= _MIN_RUNNING_WORDS
    ends = figures.sums["is_end"]
    if text.marks_sentences:
        ended = np.add.reduceat(figures.column("is_end"), np.cumsum(lengths) - lengths) > 0
        running_lines &= ended
        if text.is_paged:
            stated = line_words >= _MIN_STATED_WORDS
            running_lines |= stated
            ends += int((stated & ~ended).sum())
    running = float(line_words[running_lines].sum())
    others = text.other_lines * _WORDS_PER_OTHER_LINE
    found = {
        "running_words": running + others,
        "running_share": (running + others) / (float(line_words.sum()) + others),
    }
    if text.marks_sentences:
        found["sentences"] = 100 * ends / figures.word_count
    return found


def _phrases(figures: _Figures) -> dict[str, float]:
    lines, words = figures.prose.lines, figures.word_count
    return {
        "placeholder": placeholder_share(lines, words),
        "model_phrases": 1000 * model_phrases(lines) / words if figures.sums["is_model"] else 0.0,
        "lorem_ipsum": figures.sums["is_lorem"] / words,
    }


def _repeated(figures: _Figures) -> dict[str, float]:
    text = figures.prose
    is_word = figures.words >= 0
    again = repetition(
        text.lines, figures.words[is_word], figures.column("word_letters")[is_word], text.tokens_per_word
    )
    found = {
        "fresh_lines": again.lines,
        "fresh_runs": again.runs,
        "patchwork": again.patches,
        "top_phrase": again.phrase,
        "compression": again.compressed,
    }
    if text.marks_sentences:  # letters of an alphabet come back at once
        found["distinct_words"] = again.distinct
    return found


def _of_spaced(figures: _Figures) -> dict[str, float]:
    sums, letters = figures.sums, figures.column("word_letters")
    return {
        "short_words": float((letters == 1).sum() / figures.word_count),
        "long_words": sums["word_letters"] / figures.word_count,
        "long_runs": sums["in_long_run"] / max(1.0, sums["characters"]),
        "whole_words": sums["is_spoilt"] / len(letters),
        "sentence_starts": uncapitalised(figures.column("is_end") > 0, figures.column("is_small") > 0),
    }


def _of_language(figures: _Figures) -> dict[str, float]:
    import numpy as np

    sums = figures.sums
    joined = np.ones(len(figures.words), dtype=bool)
    joined[np.cumsum(figures.prose.line_lengths) - 1] = False
    goes = order(figures.words, figures.column("is_grammar") > 0, joined[:-1])
    found = {
        "common_words": sums["is_common"] / figures.word_count,
        "word_order": goes.reversed,
        "doubled_words": 100 * goes.doubled,
    }
    if sums["pairs"]:
        pairs = sums["pairs"] + _PRIOR_PAIRS
        found["letter_pairs"] = (sums["pairs_logarithm"] + _PRIOR_PAIRS * _USUAL_LOGARITHM) / pairs
    return found
