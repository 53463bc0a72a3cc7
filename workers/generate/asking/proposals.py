"""A model's answer as proposals, and as refusals where it is none."""

from __future__ import annotations

from dataclasses import replace

from agent.job.records import ExampleKind, Exchange
from workers.generate.asking import forms
from workers.generate.asking.choices import fault_of_choice
from workers.generate.asking.requests import Request
from workers.generate.asking.tables import as_json, as_markdown, fault_of_table
from workers.generate.backend import Assignment, Proposal, Quote, Refused

CONFIDENCE = 0.8
"""Of a model's examples: models cannot grade themselves, so that all stand alike, below the surest rules."""
MIN_TURNS = 2
PASSAGE_TAGS = frozenset(
    {"unanswerable", "answerable", "summary_short", "summary_detailed", "summary_bullets", "rewrite"}
)
"""What the reader gets the passage beside."""
WHOLE_PASSAGE_TAGS = frozenset({"summary_short", "summary_detailed", "summary_bullets", "rewrite"})
"""What says all of the passage again, so that nothing less than all of it is the evidence."""

Answered = list[Proposal | Refused]


def proposals(answer: forms.Form, request: Request, assignment: Assignment, turns: int) -> Answered:
    """What an answer holds, in its order; conversations are cut after ``turns`` exchanges."""
    passage = assignment.chunk.text
    match answer:
        case forms.WrittenExamples():
            found = [_example(each, passage) for each in answer.examples]
        case forms.WrittenTables():
            found = [
                _table(each, passage, as_markdown_table="extract_table" in request.counts) for each in answer.examples
            ]
        case forms.WrittenHops():
            found = [_hop(each) for each in answer.examples]
        case forms.WrittenConversation():
            found = [_conversation(answer.turns[:turns])]
        case forms.WrittenChoices():
            found = [_choice(each) for each in answer.examples]
        case _:
            raise TypeError(f"no answer to a request for examples: {type(answer).__name__}")
    found = [replace(each, wording=request.wording.label) if isinstance(each, Proposal) else each for each in found]
    broken = answer.unreadable if isinstance(answer, forms.ListForm) else []
    return [*found, *(Refused("malformed_item", fault, failed=True) for fault in broken)]


def _example(written: forms.WrittenExample, passage: str) -> Proposal | Refused:
    kind = ExampleKind.FACTUAL if written.kind == "answerable" else ExampleKind(written.kind)
    quotes = (Quote(passage),) if written.kind in WHOLE_PASSAGE_TAGS else _quotes(written.evidence)
    context = passage if written.kind in PASSAGE_TAGS else ""
    return _with_evidence(_proposal(kind, written.prompt, written.response, quotes, context))


def _table(written: forms.WrittenTable, passage: str, *, as_markdown_table: bool) -> Proposal | Refused:
    fault = fault_of_table(written.columns, written.rows, passage)
    write = as_markdown if as_markdown_table else as_json
    response = str(written.rows) if fault else write(written.columns, written.rows)
    proposal = _proposal(ExampleKind.EXTRACT, written.prompt, response, (Quote(passage),), passage)
    return Refused.of(proposal, fault) if fault else proposal


def _hop(written: forms.WrittenHop) -> Proposal | Refused:
    first, second = _quotes(written.first_evidence), _quotes(written.second_evidence)
    quotes = (*first, *(replace(quote, of_partner=True) for quote in second))
    proposal = _proposal(ExampleKind.MULTI_HOP, written.prompt, written.response, quotes)
    return proposal if first and second else Refused.of(proposal, "one_document_only")


def _conversation(turns: list[forms.WrittenTurn]) -> Proposal | Refused:
    if len(turns) < MIN_TURNS:
        return Refused("too_few_turns", f"{len(turns)}", ExampleKind.CONVERSATION)
    last = len(turns) - 1
    quotes = tuple(
        replace(quote, turn=None if at == last else at)
        for at, turn in enumerate(turns)
        for quote in _quotes(turn.evidence)
    )
    history = tuple(Exchange(prompt=turn.prompt.strip(), response=turn.response.strip()) for turn in turns[:-1])
    proposal = _proposal(ExampleKind.CONVERSATION, turns[-1].prompt, turns[-1].response, quotes)
    proposal = replace(proposal, history=history)
    silent = len({quote.turn for quote in quotes}) < len(turns)
    return Refused.of(proposal, "no_evidence") if silent else proposal


def _choice(written: forms.WrittenChoice) -> Proposal | Refused:
    wrong = tuple(answer.strip() for answer in written.wrong_answers)
    proposal = _proposal(ExampleKind.CHOICE, written.prompt, written.response, _quotes(written.evidence))
    proposal = replace(proposal, wrong_answers=wrong)
    if fault := fault_of_choice(proposal.response, wrong, [quote.text for quote in proposal.quotes]):
        return Refused.of(proposal, fault)
    return _with_evidence(proposal)


def _proposal(kind: ExampleKind, prompt: str, response: str, quotes: tuple[Quote, ...], context: str = "") -> Proposal:
    return Proposal(kind, prompt.strip(), response.strip(), quotes, CONFIDENCE, context)


def _quotes(texts: list[str]) -> tuple[Quote, ...]:
    """Quotes without what is empty or said twice."""
    return tuple(Quote(text) for text in dict.fromkeys(text.strip() for text in texts) if text)


def _with_evidence(proposal: Proposal) -> Proposal | Refused:
    return proposal if proposal.quotes else Refused.of(proposal, "no_evidence")
