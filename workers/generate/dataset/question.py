"""What a question asks for and about, so that a paraphrase can be told from a near miss."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_WORDS: dict[str, Any] = tomllib.loads((files(__package__) / "questions.toml").read_text(encoding="utf-8"))
_FUNCTION_WORDS = frozenset(_WORDS["function_words"].split())
_COMMANDS = frozenset(_WORDS["commands"].split())
_NEGATIONS = frozenset(_WORDS["negations"].split())
_OBLIGATIONS = frozenset(_WORDS["obligations"].split())
_NUMBERS = dict(pair.split("=") for pair in _WORDS["numbers"].split())
_PRESENT = {form: forms[0] for forms in map(str.split, _WORDS["strong_verbs"]) for form in forms[1:]}
_INTENTS = {name: re.compile(pattern) for name, pattern in _WORDS["intents"].items()}
_FRAMES = {name: frozenset(words.split()) for name, words in _WORDS["frames"].items()}

_COURTESIES = re.compile(_WORDS["courtesies"], re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SIGNS = re.compile(r"[+#<>=^*/|]")
_REMEMBERED = 65_536
"""Words whose stems are kept: a subject has fewer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart."""

    kind: tuple[str, bool, bool, str, tuple[str, ...]]
    """Intent, whether it negates, whether it obliges, its signs, its numbers and symbols. Questions that differ here
    are different questions, so only those of one kind need be compared."""
    words: tuple[str, ...]
    """Stems of its content, in order."""
    spelled: tuple[str, ...]
    """The same as they stand, in lower case."""
    names: frozenset[str]
    """Those of them that are written as names."""
    frame: tuple[str, ...]
    """Its words in order with '' in place of content: what is left when two questions swap their content."""


def take_apart(question: str) -> Question:
    """The question taken apart; reading the same twice gives the same."""
    question = _COURTESIES.sub("", question)
    lowered = question.lower()
    intent = next((name for name, pattern in _INTENTS.items() if pattern.search(lowered)), "what")
    idle = _FUNCTION_WORDS | _FRAMES["any"] | _FRAMES.get(intent, frozenset())
    words: list[str] = []
    spelled: list[str] = []
    names: set[str] = set()
    frame: list[str] = []
    marks: set[str] = set()
    negated = obliged = False
    for place, token in enumerate(_TOKEN.findall(question)):
        word = token.lower().replace("’", "'")
        negated ^= word in _NEGATIONS
        obliged |= word in _OBLIGATIONS
        if _is_mark(token, place):
            marks.add(_NUMBERS.get(word, word))
        elif word in idle or word in _NEGATIONS or (place == 0 and word in _COMMANDS):
            frame.append(word)
        else:
            stem = stem_of(word)
            words.append(stem)
            spelled.append(word)
            frame.append("")
            if place and not token.islower():
                names.add(stem)
    signs = "".join(sorted(set(_SIGNS.findall(question))))
    kind = (intent, negated, obliged, signs, tuple(sorted(marks)))
    return Question(kind, tuple(words), tuple(spelled), frozenset(names), tuple(frame))


@lru_cache(_REMEMBERED)
def stem_of(word: str) -> str:
    """The word's stem by the Porter2 algorithm (https://snowballstem.org), of strong verbs that of the present."""
    base = word.removesuffix("'s")
    return str(_stemmer().stemWord(_PRESENT.get(base, base)))


def _is_mark(token: str, place: int) -> bool:
    """Whether it is a number or a symbol: what makes another question when it changes."""
    if any(sign.isdigit() for sign in token) or token.lower() in _NUMBERS:
        return True
    return len(token) == 1 and (token not in "aAI" or (token == "A" and place > 0))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def swapped(first: Question, second: Question) -> bool:
    """Whether two questions with the same content in another order have it in each other's places."""
    return first.words != second.words and first.frame == second.frame


def unmatched(question: Question, other: Question) -> dict[str, str]:
    """The content that the other does not have: stem -> the word as it stands."""
    known = set(other.words)
    return {stem: word for stem, word in zip(question.words, question.spelled, strict=True) if stem not in known}
