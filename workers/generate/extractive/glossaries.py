"""Questions from glossaries: "SYNDROME. The pattern of checks …" answers 'What does the term "Syndrome" mean?'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.passages import without_pointers
from workers.generate.reading.clauses import clause_of
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import is_balanced, split_sentences, word_count
from workers.generate.reading.words import leans_on_context, tokens

_CAPITALS_ENTRY = re.compile(r"(?P<term>[A-Z][A-Z0-9'\- ]{1,40}?)[.:] (?P<meaning>[A-Z].+\.)", re.DOTALL)
_NAMED_ENTRY = re.compile(r"(?P<term>[A-Za-z][A-Za-z0-9'\- ]{1,40}?)(?::| [-–—]) (?P<meaning>[A-Za-z].+\.?)", re.DOTALL)
_GLOSSARY_WORDS = frozenset({"glossary", "terms", "terminology", "definitions", "vocabulary"})

_NAME_GIVEN = re.compile(r"\b(?:called|known as|termed|named) ([^.;]+)")

MIN_ENTRIES = 3
"""So many terms in capitals, each with its meaning behind it, are no accident."""
MIN_MEANING_WORDS = 4
MAX_MEANING_WORDS = 60
LONGEST_ABBREVIATION = 3
"""Words in capitals up to this length, or without a vowel, are taken for abbreviations."""
SCORE = 0.9


def glossary_questions(chunk: Chunk) -> Iterator[Proposal]:
    """A question for each entry, in what calls itself a glossary or is plainly built like one."""
    entries = list(_entries(chunk))
    announced = set(tokens(" ".join((chunk.title, *chunk.headings, *_inner_headings(chunk)))))
    is_built_like_one = sum(term.isupper() for term, _ in entries) >= MIN_ENTRIES
    if announced.isdisjoint(_GLOSSARY_WORDS) and not is_built_like_one:
        return
    shouts = all(term.isupper() for term, _ in entries)
    for term, meaning in entries:
        meaning = without_pointers(meaning, chunk.language)
        if _is_fit(term, meaning, chunk.language):
            prompt = f'What does the term "{_spelled(term, chunk.text, shouts=shouts)}" mean?'
            yield Proposal(ExampleKind.FACTUAL, prompt, meaning, (Quote(meaning),), SCORE)


def _inner_headings(chunk: Chunk) -> Iterator[str]:
    return (block.text for block in chunk.blocks if block.kind is BlockKind.HEADING)


def _entries(chunk: Chunk) -> Iterator[tuple[str, str]]:
    """Term and meaning, the meaning as one verbatim span."""
    for placed in place_blocks(chunk):
        if placed.block.kind is BlockKind.PARAGRAPH:
            lines, pattern = [placed.block.text], _CAPITALS_ENTRY
        elif placed.block.kind is BlockKind.LIST:
            lines, pattern = [line.removeprefix("- ") for line in placed.block.text.splitlines()], _NAMED_ENTRY
        else:
            continue
        for line in lines:
            if found := pattern.fullmatch(line.strip()):
                yield found["term"].strip(), found["meaning"]


def _is_fit(term: str, meaning: str, language: str) -> bool:
    if not (
        MIN_MEANING_WORDS <= word_count(meaning) <= MAX_MEANING_WORDS
        and is_balanced(meaning)
        and not leans_on_context(meaning)
        and meaning.endswith(".")
        and is_exposition(meaning)
    ):
        return False
    first = split_sentences(meaning, language)[0].text
    return not _is_statement(first) or _speaks_of(first, term)


def _is_statement(sentence: str) -> bool:
    """Whether a whole sentence stands there, which must be about the term, and no phrase that is its meaning."""
    clause = clause_of(sentence)
    return clause is not None and set(tokens(clause.subject)).isdisjoint({"that", "which", "who", "whose", "where"})


def _speaks_of(sentence: str, term: str) -> bool:
    """Whether the term is what a whole sentence is about, or the name that it gives."""
    named, clause = set(tokens(term)), clause_of(sentence)
    given = _NAME_GIVEN.search(sentence)
    about = tokens(clause.subject if clause else "") + tokens(given[1] if given else "")
    return not named.isdisjoint(about)


def _spelled(term: str, text: str, *, shouts: bool) -> str:
    """A term as the beginning of a sentence would have it; in a glossary that writes all terms in capitals (it
    ``shouts``), going by other places that show the words.
    """
    if not shouts or not term.isupper():
        return term
    spelled = " ".join(_word_spelled(word, text) for word in term.split())
    return spelled[0].upper() + spelled[1:]


def _word_spelled(word: str, text: str) -> str:
    is_abbreviation = len(word) <= LONGEST_ABBREVIATION or not set(word) & set("AEIOUY")
    if is_abbreviation or re.search(rf"[a-z,] {re.escape(word)}\b", text):
        return word
    others = [found for found in re.findall(rf"\b{re.escape(word)}", text, re.IGNORECASE) if found != word]
    return min(others, default=word.lower())
