"""Everything that is measured of a document's prose, by the name of the part that it decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.job.records import Block
from workers.parse.quality.common_words import NO_LANGUAGE, best_fitting, common_words
from workers.parse.quality.order import order, uncapitalised
from workers.parse.quality.phrases import model_phrases, placeholder_share
from workers.parse.quality.prose import Prose, prose
from workers.parse.quality.repetition import repetition
from workers.parse.quality.tokens import Token, look

_MIN_RUNNING_WORDS = 8
"""A line with as many words and the end of a sentence is running text."""
_WORDS_PER_OTHER_LINE = 5
"""What a line of code or a row of a table is worth beside words of running text."""
_MIN_ALPHABET_SHARE = 0.5
"""Of the letters, for the language's list to say something; else the text is in another script."""

_PRIOR_PAIRS, _USUAL_LOGARITHM = 150, -2.55
"""Pairs of letters as in good text, added before the mean is taken: twenty words say little."""


def measures(blocks: Sequence[Block], language: str) -> dict[str, float]:
    """Part -> what was measured for it; empty for a text without words.

    A rule that the language gives no ground for (its words, its letters, spaces between words) is left out.
    """
    import numpy as np

    text = prose(blocks)
    if text.is_spaced and language in NO_LANGUAGE:
        language = best_fitting(token.lower() for token in text.tokens)
    numbers = {token: number for number, token in enumerate(dict.fromkeys(text.tokens))}
    looked = [look(token, language) for token in numbers]
    tokens = np.array([numbers[token] for token in text.tokens], dtype=np.int64)
    figures = np.array([token[1:] for token in looked], dtype=np.float64).reshape(-1, len(Token._fields) - 1)
    times = np.bincount(tokens, minlength=len(numbers))
    sums = dict(zip(Token._fields[1:], (times @ figures).tolist(), strict=True))
    words, vocabulary, lengths = _words(looked, tokens)
    if not len(words):
        return {}
    count = len(words) / text.tokens_per_word
    return (
        _of_signs(sums, count)
        | _substance(text, figures[:, Token._fields.index("is_end") - 1][tokens], sums, count)
        | _phrases(text, vocabulary, sums, count)
        | _repeated(text, words, lengths)
        | (_of_spaced(words, lengths, sums, figures, tokens) if text.is_spaced else {})
        | (_of_language(words, vocabulary, sums, language) if text.is_spaced else {})
    )


def _words(looked: Sequence[Token], tokens: Any) -> tuple[Any, dict[str, int], Any]:
    """The words in order as numbers, the number of each word, and the letters of each number."""
    import numpy as np

    vocabulary: dict[str, int] = {}
    of_token = np.array(
        [vocabulary.setdefault(token.word, len(vocabulary)) if token.word else -1 for token in looked], dtype=np.int64
    )
    words = of_token[tokens] if len(tokens) else of_token
    return words[words >= 0], vocabulary, np.array([len(word) for word in vocabulary], dtype=np.int64)


def _of_signs(sums: dict[str, float], count: float) -> dict[str, float]:
    visible = max(1.0, sums["characters"])
    return {
        "letters": sums["letters"] / visible,
        "symbols": sums["symbols"] / visible,
        "encoding": 100 * sums["misread"] / count,
    }


def _substance(text: Prose, ends: Any, sums: dict[str, float], count: float) -> dict[str, float]:
    """How much a text says: running sentences against lists of links, menus and stubs."""
    import numpy as np

    lengths = np.array(text.line_lengths)
    line_words = lengths / text.tokens_per_word
    long = line_words >= _MIN_RUNNING_WORDS
    if text.marks_sentences:
        long &= np.add.reduceat(ends, np.cumsum(lengths) - lengths) > 0
    running = float(line_words[long].sum())
    others = text.other_lines * _WORDS_PER_OTHER_LINE
    found = {
        "running_words": running + others,
        "running_share": (running + others) / (float(line_words.sum()) + others),
    }
    return found | {"sentences": 100 * sums["is_end"] / count} if text.marks_sentences else found


def _phrases(text: Prose, vocabulary: dict[str, int], sums: dict[str, float], count: float) -> dict[str, float]:
    return {
        "placeholder": placeholder_share(text.lines, count),
        "model_phrases": 1000 * model_phrases(text.lines, vocabulary.keys()) / count,
        "lorem_ipsum": sums["is_lorem"] / count,
    }


def _repeated(text: Prose, words: Any, lengths: Any) -> dict[str, float]:
    again = repetition(text.lines, words, lengths, text.tokens_per_word)
    found = {
        "fresh_lines": again.lines,
        "fresh_runs": again.runs,
        "patchwork": again.patches,
        "top_phrase": again.phrase,
        "compression": again.compressed,
    }
    return found | {"distinct_words": again.distinct} if text.marks_sentences else found


def _of_spaced(words: Any, lengths: Any, sums: dict[str, float], figures: Any, tokens: Any) -> dict[str, float]:
    letters = lengths[words]
    ends, small = (figures[:, Token._fields.index(name) - 1][tokens] > 0 for name in ("is_end", "is_small"))
    return {
        "short_words": float((letters == 1).mean()),
        "long_words": float(letters.mean()),
        "long_runs": sums["in_long_run"] / max(1.0, sums["characters"]),
        "whole_words": sums["is_spoilt"] / len(tokens),
        "sentence_starts": uncapitalised(ends, small),
    }


def _of_language(words: Any, vocabulary: dict[str, int], sums: dict[str, float], language: str) -> dict[str, float]:
    import numpy as np

    known = common_words(language)
    if known is None or sums["known_letters"] < sums["letters"] * _MIN_ALPHABET_SHARE:
        return {}
    goes = order(words, np.array([len(word) > 1 and word in known.words for word in vocabulary]))
    found = {
        "common_words": sums["is_common"] / len(words),
        "word_order": goes.reversed,
        "doubled_words": 100 * goes.doubled,
    }
    if sums["pairs"]:
        found["letter_pairs"] = (sums["pairs_logarithm"] + _PRIOR_PAIRS * _USUAL_LOGARITHM) / (
            sums["pairs"] + _PRIOR_PAIRS
        )
    return found
