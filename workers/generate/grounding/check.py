"""Decides whether a proposal stands in its chunk: its quotations found, each statement held against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from agent.errors import DocumentRejected
from agent.job.records import Chunk, ExampleFamily, ExampleKind, Span
from workers.generate.backend import Assignment, Proposal, Quote
from workers.generate.grounding.find import find_span
from workers.generate.grounding.normal import normal
from workers.generate.grounding.refusals import answers, is_refusal
from workers.generate.grounding.support import Evidence, coverage, fault_of_claim
from workers.generate.grounding.words import is_negation, words
from workers.generate.reading.sentences import Sentence, split_sentences

MAX_EVIDENCE_WORDS = 150
"""Longer quotations for a short answer point at nothing, unless the kind rests on the whole passage."""
MAX_OPTION_RATIO = 3.0
"""A wrong answer so many times as long as the right one, or as short, gives the right one away …"""
SHORT_OPTION_WORDS = 4
"""… unless both are short."""
SUPPORTED_OPTION = 0.9
"""A wrong option with so many of its words in the evidence may be right as well."""

_WHOLE_PASSAGE = frozenset(
    {ExampleKind.SUMMARY_SHORT, ExampleKind.SUMMARY_DETAILED, ExampleKind.SUMMARY_BULLETS, ExampleKind.EXPLAIN,
     ExampleKind.ANALYSE, ExampleKind.EXTRACT, ExampleKind.REWRITE}
)  # fmt: skip
"""Kinds whose response rests on the chunk, whichever spans are named."""
_LEANS = re.compile(r"^\W*(?:it|its|this|these|they|their|that|those|such|he|she|his|her|here|both)\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+|^#+\s+", re.MULTILINE)
_CORRECTS = re.compile(
    r"\b(?:actually|rather|instead|only|contrary|mistaken|wrong|false|incorrect|untrue|assum\w+|premise|in fact)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:yes|no|true|false)\W*", re.IGNORECASE)
_ELLIPSIS = re.compile(r"\s*(?:\[\s?)?(?:\.\.\.|…)(?:\s?\])?\s*")


class Grounded(NamedTuple):
    """The evidence as the chunk spells it, and how much of the response stands in it."""

    spans: tuple[Span, ...]
    coverage: float
    """0 to 1: mean share of the claims' content words that the evidence holds."""


def grounded(assignment: Assignment, proposal: Proposal) -> Grounded:
    """What the proposal rests on.

    Raises:
        DocumentRejected: ``ungrounded`` when a quotation stands nowhere, or what else is wrong in a short word.
    """
    spans = tuple(span for quote in proposal.quotes for span in _spans(assignment, quote))
    if not spans:
        raise DocumentRejected("ungrounded", "no quotation")
    return Grounded(spans, _check(assignment, proposal, spans))


def _check(assignment: Assignment, proposal: Proposal, spans: Sequence[Span]) -> float:
    kind, chunk = proposal.kind, assignment.chunk
    if kind is ExampleKind.PLAIN and normal(proposal.response).text not in normal(chunk.text).text:
        raise DocumentRejected("not_verbatim", proposal.response)
    if kind.family is ExampleFamily.COMPLETION and proposal.response in chunk.text:
        return 1.0
    if kind is ExampleKind.UNANSWERABLE:
        _check_refusal(proposal, chunk)
        return 1.0
    if kind is ExampleKind.MULTI_HOP and len({span.chunk_id for span in spans}) < 2:
        raise DocumentRejected("one_hop", "quotes one of its chunks only")
    evidence = _evidence(assignment, proposal, spans)
    quoted = sum(len(span.text.split()) for span in spans)
    if kind not in _WHOLE_PASSAGE and quoted > MAX_EVIDENCE_WORDS and proposal.response not in evidence.text:
        raise DocumentRejected("evidence_too_long", f"{quoted} words")
    if kind is ExampleKind.FALSE_PREMISE:
        _check_correction(proposal, evidence)
        return _covered(proposal.response, evidence)
    response = _prose(proposal)
    if kind is ExampleKind.EXTRACT:
        response = "\n".join(each for each in response.splitlines() if not _stands_in(each, evidence.text))
    _check_claims(response, evidence)
    if kind is ExampleKind.CHOICE:
        _check_options(proposal, evidence)
    return _covered(response, evidence)


def _evidence(assignment: Assignment, proposal: Proposal, spans: Sequence[Span]) -> Evidence:
    chunks = [chunk for chunk in (assignment.chunk, assignment.partner) if chunk is not None]
    given = [proposal.prompt, *(turn.prompt for turn in proposal.history)]
    sentences: dict[str, None] = {}
    for chunk in chunks:
        given += [chunk.title, *chunk.headings]
        own = [span for span in spans if span.chunk_id == chunk.id]
        whole = proposal.kind in _WHOLE_PASSAGE and chunk is assignment.chunk
        before = ""
        for start, sentence in sentences_of(chunk):
            end = start + len(sentence)
            if whole or any(span.start < end and start < span.start + len(span.text) for span in own):
                sentences[sentence] = None
                if _LEANS.match(sentence):
                    given.append(before)
            before = sentence
    return Evidence(tuple(sentences), "\n".join(given))


def sentences_of(chunk: Chunk) -> tuple[tuple[int, str], ...]:
    """Sentences, items and lines of the chunk with their offsets in its text."""
    return _sentences(chunk.text, chunk.language)


@lru_cache(maxsize=64)
def _sentences(text: str, language: str) -> tuple[tuple[int, str], ...]:
    found = []
    for line in re.finditer(r"[^\n]+(?:\n(?![\n\-*•|\d])[^\n]+)*", text):
        found += [(line.start() + each.start, each.text) for each in _unbroken(line[0], language)]
    return tuple(found)


def _unbroken(text: str, language: str = "en") -> list[Sentence]:
    """Sentences with white space between them: what stands between the dots of a name is none."""
    found: list[Sentence] = []
    for sentence in split_sentences(text, language):
        if found and found[-1].end == sentence.start:
            last = found.pop()
            sentence = Sentence(last.text + sentence.text, last.start)
        found.append(sentence)
    return found


def _check_claims(response: str, evidence: Evidence) -> None:
    for claim in claims(response):
        if _is_verbatim(claim, evidence.sentences):
            continue
        reason, detail = fault_of_claim(claim, evidence)
        if reason:
            raise DocumentRejected(reason, f"{detail}: {claim}")


def _covered(response: str, evidence: Evidence) -> float:
    shares = [
        1.0 if _is_verbatim(claim, evidence.sentences) else coverage(claim, evidence) for claim in claims(response)
    ]
    return sum(shares) / len(shares) if shares else 1.0


def claims(response: str) -> Iterator[str]:
    """The sentences and items of a response; a bare yes or no claims what the rest says."""
    for line in _ITEM.sub("", response).splitlines():
        for sentence in _unbroken(line):
            if not _BARE.fullmatch(sentence.text):
                yield sentence.text


def _is_verbatim(claim: str, sentences: Sequence[str]) -> bool:
    """Whether the claim is cut out of a sentence, and what is left before it denies nothing."""
    wanted = normal(claim).text.rstrip(" .")
    for sentence in sentences:
        before, found, _ = normal(sentence).text.partition(wanted)
        if found and not any(map(is_negation, words(before))):
            return True
    return False


def _stands_in(value: str, text: str) -> bool:
    """Whether a cell is copied, also out of a row that denies something in another cell."""
    return normal(value).text in normal(text).text


def _check_refusal(proposal: Proposal, chunk: Chunk) -> None:
    if not is_refusal(proposal.response):
        raise DocumentRejected("no_refusal", proposal.response)
    sentences = tuple(text for _, text in sentences_of(chunk))
    if found := next((text for text in sentences if answers(proposal.prompt, text)), ""):
        raise DocumentRejected("answerable", found)
    evidence = Evidence(sentences, proposal.prompt)
    for claim in claims(proposal.response):
        if not is_refusal(claim):
            _check_claims(claim, evidence)


def _check_correction(proposal: Proposal, evidence: Evidence) -> None:
    """The answer must contradict the question; what it denies stands in the question, not in the evidence."""
    found = list(claims(proposal.response))
    if not any(map(_denies, found)) and not _BARE.match(proposal.response):
        raise DocumentRejected("premise_accepted", proposal.response)
    premise = Evidence((*evidence.sentences, proposal.prompt), evidence.given)
    for claim in found:
        denies = _denies(claim)
        reason, detail = fault_of_claim(claim, premise if denies else evidence)
        if reason and not (denies and reason in ("negation_flipped", "opposite", "roles_exchanged")):
            raise DocumentRejected(reason, f"{detail}: {claim}")
    if all(fault_of_claim(claim, evidence)[0] in ("unsupported", "number_not_in_evidence") for claim in found):
        raise DocumentRejected("unsupported", proposal.response)


def _denies(claim: str) -> bool:
    return any(map(is_negation, words(claim))) or bool(_CORRECTS.search(claim))


def _check_options(proposal: Proposal, evidence: Evidence) -> None:
    right = normal(proposal.response).text.rstrip(" .")
    taken = {right}
    for option in proposal.wrong_answers:
        plain = normal(option).text.rstrip(" .")
        if plain in taken:
            raise DocumentRejected("options_alike", option)
        taken.add(plain)
        lengths = sorted((len(plain.split()), len(right.split())))
        if lengths[1] > SHORT_OPTION_WORDS and lengths[1] > MAX_OPTION_RATIO * lengths[0]:
            raise DocumentRejected("options_uneven", option)
        if _is_verbatim(option, evidence.sentences) or _is_supported(option, evidence):
            raise DocumentRejected("wrong_answer_supported", option)
    if not proposal.wrong_answers:
        raise DocumentRejected("no_wrong_answers", proposal.prompt)


def _is_supported(option: str, evidence: Evidence) -> bool:
    """Options have the right one's wording on purpose: what sets them apart must be in the evidence too."""
    return coverage(option, evidence) >= SUPPORTED_OPTION and not fault_of_claim(option, evidence)[0]


def _prose(proposal: Proposal) -> str:
    """The response as text: the values of a JSON object, one a line."""
    text = re.sub(r"^```\w*\n|\n```$", "", proposal.response.strip())
    if proposal.kind is not ExampleKind.EXTRACT or text[:1] not in "{[":
        return proposal.response
    try:
        return "\n".join(_values(json.loads(text)))
    except ValueError as error:
        raise DocumentRejected("malformed_json", str(error)) from error


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _spans(assignment: Assignment, quote: Quote) -> Iterator[Span]:
    """The places of a quotation; what its generator left out (…) parts it into several."""
    chunk = assignment.partner if quote.of_partner and assignment.partner else assignment.chunk
    whole = find_span(chunk.text, quote.text)
    pieces = [quote.text] if whole else [piece for piece in _ELLIPSIS.split(quote.text) if piece.strip()]
    for piece in pieces:
        found = whole or find_span(chunk.text, piece)
        if found is None:
            raise DocumentRejected("ungrounded", quote.text)
        yield Span(text=chunk.text[found.start : found.end], start=found.start, chunk_id=chunk.id, match=found.match)
