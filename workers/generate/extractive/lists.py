"""Questions from lists: the sentence that announces a list says what the list answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.passages import goes_on
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import is_balanced, split_sentences, word_count
from workers.generate.reading.subjects import SUBJECT, askable
from workers.generate.reading.words import has_pronoun, points_elsewhere

MIN_ITEMS = 2
MAX_ANSWER_WORDS = 150
MAX_ITEM_WORDS = 35
"""A longer item is a paragraph, and the list an outline."""
SCORE = 0.8

_COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|several|many|some|a few|a number of|various|multiple)"
_NOUNS = r"(?P<nouns>[a-z][\w\- ]*?(?:s|a)(?: (?:of|for|in|to|between|that) [\w\-' ]+?)?)"

_THERE_ARE = re.compile(rf"There are (?:the following |{_COUNT} (?:(?:main|different|common|basic|key) )?){_NOUNS}:")
_THE_ARE = re.compile(
    rf"The (?:following |main |most common )*{_NOUNS} (?:are|include)(?: the following| as follows)?:"
)
_HAS = re.compile(
    rf"(?P<subject>{SUBJECT}) "
    r"(?P<verb>has|have|supports?|provides?|offers?|includes?|contains?|requires?|uses?) "
    rf"(?:the following|{_COUNT}) (?:(?:main|different|common|basic|key) )?{_NOUNS}:"
)
_CONSISTS = re.compile(rf"(?P<subject>{SUBJECT}) (?P<verb>consists? of|includes?)(?: the following)?:")
_STEPS = re.compile(
    r"To (?P<deed>[a-z][^,:]+), (?:you (?:can |need to |must )?)?"
    r"(?:follow|perform|complete|take|do|use|run) (?:these|the following)(?: \w+)? steps:"
)
_COMPLEMENT = re.compile(r" (?:of|for|in|to|between) (?:[\w\-']+ ){0,4}?(?:[A-Z\w][\w\-']{3,})$")
_LEFT_OUT = re.compile(r"\b(?:required|necessary|needed|given|respective|corresponding|above)\b(?! to)")
_LOCAL_OBJECT = re.compile(r"\b(?:the(?! [A-Z`])|your|this|these|its?|their|so)\b")
_BASE = {"has": "have", "have": "have", "consists of": "consist of", "uses": "use"}


def list_examples(chunk: Chunk) -> Iterator[Proposal]:
    """One question or instruction for each list whose announcement names what is listed; the list is the answer."""
    placed = place_blocks(chunk)
    for lead, items, after in zip(placed, placed[1:], (*placed[2:], None), strict=False):
        if lead.block.kind is not BlockKind.PARAGRAPH or items.block.kind is not BlockKind.LIST:
            continue
        answer = items.block.text
        if not _is_fit(answer) or not lead.block.text.endswith(":"):
            continue
        if goes_on(chunk, after):
            continue
        announcement = split_sentences(lead.block.text, chunk.language)[-1].text
        prompt, kind = _prompt(announcement, chunk)
        if prompt:
            yield Proposal(kind, prompt, answer, (Quote(answer),), SCORE)


def _is_fit(answer: str) -> bool:
    items = [line for line in answer.splitlines() if line.strip()]
    return (
        len(items) >= MIN_ITEMS
        and word_count(answer) <= MAX_ANSWER_WORDS
        and is_balanced(answer)
        and not points_elsewhere(answer)
        and not items[-1].rstrip().endswith((":", ","))
        and all(word_count(item) <= MAX_ITEM_WORDS and not item.startswith(" ") for item in items)
        and is_exposition(answer)
    )


def _prompt(announcement: str, chunk: Chunk) -> tuple[str, ExampleKind]:
    if _LEFT_OUT.search(announcement):
        return "", ExampleKind.FACTUAL
    if found := _STEPS.fullmatch(announcement):
        deed = found["deed"]
        is_named = len(deed.split()) > 2 and not has_pronoun(deed) and not _LOCAL_OBJECT.search(deed)
        return (f"List the steps to {deed}." if is_named else ""), ExampleKind.EXPLAIN
    if found := (_THERE_ARE.fullmatch(announcement) or _THE_ARE.fullmatch(announcement)):
        nouns = found["nouns"]
        named = _COMPLEMENT.search(nouns) and not has_pronoun(nouns) and " the " not in f" {nouns} "
        return (f"What are the {nouns}?" if named else ""), ExampleKind.FACTUAL
    found = _HAS.fullmatch(announcement) or _CONSISTS.fullmatch(announcement)
    subject = askable(found["subject"], chunk) if found else None
    if not found or not subject:
        return "", ExampleKind.FACTUAL
    verb = found["verb"]
    base = _BASE.get(verb) or (verb[:-1] if verb.endswith("s") else verb)
    do = "do" if base == verb else "does"
    if nouns := found.groupdict().get("nouns"):
        return ("" if has_pronoun(nouns) else f"What {nouns} {do} {subject} {base}?"), ExampleKind.FACTUAL
    return f"What {do} {subject} {base}?", ExampleKind.FACTUAL
