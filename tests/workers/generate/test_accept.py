"""What becomes of a proposal: an example with its evidence and score, or one reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import DocumentRejected
from agent.job.records import Example, ExampleKind
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import Desk
from workers.generate.accept import accept
from workers.generate.backend import Assignment, Proposal, Quote
from workers.generate.context.record import Context

OWN = chunk(
    "The Heron processor of 2023 has 133 qubits. It does not use a crystal, because Kessler found crystals too slow.",
    "Its gates last 90 ns. A run is repeated, averaged and stored.",
)
OTHER = chunk(
    "The Wren compiler places gates on 133 qubits within 2 minutes.", document="d2", licence="MIT OR Apache-2.0"
)
QUBIT = chunk("A qubit is a two-level system that carries quantum information in a computer.")
QUOTE = "It does not use a crystal, because Kessler found crystals too slow."


def made(
    response: str,
    *quotes: str,
    prompt: str = "Why does the Heron processor use no crystal?",
    kind: ExampleKind = ExampleKind.ANALYTICAL,
    partner: tuple[str, ...] = (),
    context: str = "",
    wrong: tuple[str, ...] = (),
) -> Example:
    found = (*map(Quote, quotes or (QUOTE,)), *(Quote(text, of_partner=True) for text in partner))
    proposal = Proposal(kind, prompt, response, found, 0.8, context, wrong_answers=wrong)
    return accept(Assignment(OWN, Context(0, 0), (), partner=OTHER), proposal, "test/1", "chips")


def reason(response: str, *quotes: str, **others: object) -> str:
    with pytest.raises(DocumentRejected) as rejection:
        made(response, *quotes, **others)  # type: ignore[arg-type]
    return rejection.value.reason


def test_an_honest_paraphrase_becomes_an_example_with_its_evidence_and_score() -> None:
    example = made("Heron avoids crystals since Kessler showed that they are too slow.", QUOTE.replace(" ", "\n"))
    assert [(span.text, span.match) for span in example.evidence] == [(QUOTE, "normalised")]
    assert example.score >= 0.75 and example.quality_parts["coherence"] == 1.0
    assert example.topic == "chips" and example.licence == "CC-BY-4.0" and example.other_documents == ()


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        ("Heron avoids crystals since Miller showed that they are too slow.", "name_not_in_evidence"),
        ("Heron uses a crystal, because Kessler found that crystals are too slow.", "negation_flipped"),
        ("Heron uses no crystal, because 7 crystals were too slow for Kessler.", "number_not_in_evidence"),
        ("Heron uses no crystal, because Kessler found crystals too fast.", "opposite"),
        ("Steam engines drove looms, pumps and ships along rivers and canals.", "unsupported"),
    ],
)
def test_what_the_evidence_does_not_hold_is_refused(response: str, fault: str) -> None:
    assert reason(response) == fault


def test_a_quotation_that_stands_nowhere_is_ungrounded() -> None:
    assert reason("Heron uses no crystal.", "It does not need any crystal at all to work.") == "ungrounded"


def test_a_question_for_two_chunks_quotes_both_and_carries_both_licences() -> None:
    asked = {"prompt": "How long does Wren take for a chip like Heron?", "kind": ExampleKind.MULTI_HOP}
    answer = "Heron has 133 qubits, and Wren places gates on 133 qubits within 2 minutes."
    first, second = "The Heron processor of 2023 has 133 qubits.", "places gates on 133 qubits within 2 minutes"
    example = made(answer, first, partner=(second,), **asked)  # type: ignore[arg-type]
    assert example.other_documents == ("d2",)
    assert example.licence == "CC-BY-4.0 AND (MIT OR Apache-2.0)"
    assert reason(answer, first, **asked) == "one_hop"


def test_a_refusal_says_that_it_is_not_known_and_nothing_beyond_the_passage() -> None:
    asked = {"prompt": "Who built the Heron processor?", "kind": ExampleKind.UNANSWERABLE, "context": OWN.text}
    example = made("The passage does not say who built it. It says that it has 133 qubits.", **asked)  # type: ignore[arg-type]
    assert example.context == OWN.text
    assert reason("Kessler built it.", **asked) == "no_refusal"
    assert reason("The passage does not say who built it. Others think that Miller did.", **asked) in (
        "name_not_in_evidence",
        "unsupported",
    )
    known = asked | {"prompt": "How many qubits does the Heron processor have?"}
    assert reason("The passage does not say how many it has.", **known) == "answerable"


def test_a_false_premise_is_corrected() -> None:
    asked = {"prompt": "Why does the Heron processor use a crystal?", "kind": ExampleKind.FALSE_PREMISE}
    assert made("It uses no crystal: Kessler found crystals too slow.", **asked)  # type: ignore[arg-type]
    assert reason("Because Kessler found crystals too slow.", **asked) == "premise_accepted"


def test_wrong_options_are_wrong() -> None:
    asked = {"prompt": "How long do the gates of Heron last?", "kind": ExampleKind.CHOICE}
    quote = "Its gates last 90 ns."
    assert made("90 ns", quote, wrong=("40 ns", "400 ns", "2 ms"), **asked)  # type: ignore[arg-type]
    assert reason("90 ns", quote, wrong=("40 ns", "40 ns."), **asked) == "options_alike"
    assert reason("90 ns", quote, wrong=("40 ns", "0.09 µs"), **asked) == "wrong_answer_supported"


def test_structure_must_parse_and_every_value_must_stand_in_the_passage() -> None:
    asked = {"prompt": "Extract the gate time as JSON.", "kind": ExampleKind.EXTRACT, "context": OWN.text}
    assert made('{"gate time": "90 ns"}', OWN.text, **asked)  # type: ignore[arg-type]
    assert reason('{"gate time": "90 ns"', OWN.text, **asked) == "malformed_json"
    assert reason('{"gate time": "80 ns"}', OWN.text, **asked) == "number_not_in_evidence"


def test_the_floors_of_the_job_decide(tmp_path: Path) -> None:
    def kept(**floors: float) -> int:
        desk = Desk(tmp_path / str(floors), generate=floors)
        artifact = desk.generate(
            desk.curated([chunk("A qubit is a two-level system that carries quantum information.")])
        )
        return sum(bool(example.prompt) for example in artifact.records("examples.jsonl", Example))

    assert kept() == kept(min_quality=0.0, min_checked_quality=0.0) == 1
    assert kept(min_quality=1.0, min_checked_quality=1.0) == 0
