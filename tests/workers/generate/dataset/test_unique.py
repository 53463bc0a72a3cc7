"""Which examples go because another already says it."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from agent.dataset.benchmarks import BenchmarkItem
from agent.job.records import Example, ExampleKind, Exchange, Split
from tests.workers.generate.examples import example
from workers.generate.dataset.pool import Pool
from workers.generate.dataset.unique import Verdict, settle

LONG = "A Bell pair is a pair of qubits in an entangled state whose two results always agree with each other."


class Judge:
    """Settles examples on a pool of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.benchmarks: tuple[BenchmarkItem, ...] = ()
        self.near = 0.85

    def verdicts(self, *examples: Example) -> list[Verdict]:
        with closing(Pool(self.folder / "pool")) as pool:
            entries = [pool.add(each) for each in examples]
            kept, gone = settle(pool, entries, self.benchmarks, near=self.near, contamination=0.85)
        assert sorted([*kept, *(verdict.entry for verdict in gone)], key=lambda entry: entry.place) == entries
        return gone

    def __call__(self, *examples: Example) -> dict[str, str]:
        gone = {verdict.entry.id: verdict.reason for verdict in self.verdicts(*examples)}
        return {each.id: gone.get(each.id, "") for each in examples}


def again(prompt: str, response: str) -> Example:
    """A worse example of another document."""
    return example(prompt, response, document="d2", score=0.5)


@pytest.fixture
def reasons(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def test_different_questions_all_stay(reasons: Judge) -> None:
    given = [example("What is a qubit?", "A system."), example("What does a qubit do?", "It carries a state.")]
    assert set(reasons(*given).values()) == {""}


def test_the_same_example_from_another_document_is_a_duplicate(reasons: Judge) -> None:
    first, second = example("What is a qubit?", "A system."), again("What is a qubit?", "A system.")
    assert reasons(first, second) == {first.id: "", second.id: "duplicate"}


def test_the_same_question_in_other_words_is_a_near_duplicate(reasons: Judge) -> None:
    first, second = example("What is a qubit?", "A system."), again("What is the Qubit ?", "Two levels.")
    assert reasons(first, second) == {first.id: "", second.id: "near_duplicate"}


def test_plain_chunks_are_duplicates_by_text_and_not_by_their_empty_prompt(reasons: Judge) -> None:
    first, second, third = (
        example("", "One text."),
        example("", "Another text."),
        again("", "one TEXT"),
    )
    assert reasons(first, second, third) == {first.id: "", second.id: "", third.id: "duplicate"}


def test_a_training_row_that_shares_its_prompt_with_the_test_split_leaves_training(reasons: Judge) -> None:
    train = example("What is a qubit?", "A system.")
    test = example("What is the qubit?", "Two levels.", split=Split.TEST, document="d2")
    assert reasons(train, test) == {test.id: "", train.id: "contaminated"}


def test_a_training_row_that_shares_its_response_with_the_test_split_leaves_training(reasons: Judge) -> None:
    train = example("Describe qubits in one phrase.", "Two levels.")
    test = example("What is a qubit?", "two levels", split=Split.TEST, document="d2")
    assert reasons(train, test) == {test.id: "", train.id: "contaminated"}


def test_a_training_chunk_that_contains_a_held_out_answer_leaves_training(reasons: Judge) -> None:
    chunk = example("", f"Here is something else first. {LONG} And more after it.")
    other = example("", "Here is something else first. And more after it.", document="d3")
    test = example("What is a Bell pair?", LONG, split=Split.TEST, document="d2")
    assert reasons(chunk, other, test) == {test.id: "", chunk.id: "contaminated", other.id: ""}


def test_a_chunk_of_the_test_split_may_contain_the_answers_made_of_it(reasons: Judge) -> None:
    answer = example("What is a Bell pair?", LONG, split=Split.TEST)
    chunk = example("", f"{LONG} And more after it.", split=Split.TEST)
    assert set(reasons(answer, chunk).values()) == {""}


def test_validation_gives_way_to_test_and_training_to_validation(reasons: Judge) -> None:
    test = example("What is a qubit?", "A system.", split=Split.TEST)
    validation = example("What is a qubit?", "A pair of levels.", split=Split.VALIDATION, document="d2")
    own = example("What is a gate?", "A rotation.", split=Split.VALIDATION, document="d2")
    train = example("What is a gate?", "A change.", document="d3")
    assert reasons(train, own, validation, test) == {
        test.id: "", validation.id: "contaminated", own.id: "", train.id: "contaminated",
    }  # fmt: skip


def test_what_was_refused_refuses_nothing_itself(reasons: Judge) -> None:
    test = example("What is a qubit?", "A system.", split=Split.TEST)
    gone = example("What is a qubit?", "Two levels.")
    stays = again("Name the smallest unit.", "Two levels.")
    assert reasons(gone, stays, test) == {test.id: "", gone.id: "contaminated", stays.id: ""}


def test_the_better_of_two_paraphrases_stays(reasons: Judge) -> None:
    worse, better = again("Define quantum entanglement.", "A link."), example("What is quantum entanglement?", "No.")
    assert reasons(worse, better) == {worse.id: "near_duplicate", better.id: ""}


def test_a_courtesy_before_a_question_makes_no_other_question(reasons: Judge) -> None:
    first = example("What is a quantum kernel?", "An overlap.")
    second = again("Can you tell me what a quantum kernel is?", "A measure.")
    third = again("How would you explain what a quantum kernel is?", "A likeness.")
    other = again("Can you tell me what a quantum volume is?", "A benchmark.")
    assert reasons(first, second, third, other) == {
        first.id: "", second.id: "near_duplicate", third.id: "near_duplicate", other.id: "",
    }  # fmt: skip


def test_a_similarity_of_one_compares_words_only(reasons: Judge) -> None:
    reasons.near = 1.0
    given = (example("What is quantum entanglement?", "No."), again("How is quantum entanglement defined?", "A link."))
    assert set(reasons(*given).values()) == {""}


def test_one_instruction_for_two_passages_is_no_duplicate(reasons: Judge) -> None:
    first, second, third = (
        made.model_copy(update={"kind": ExampleKind.SUMMARY_SHORT, "context": context})
        for made, context in (
            (example("Sum it up.", "One."), "Passage one."),
            (again("Sum it up.", "Two."), "Passage two."),
            (example("Sum this up.", "Once more.", score=0.1), "Passage one."),
        )
    )
    assert reasons(first, second) == {first.id: "", second.id: ""}
    assert set(reasons(first, second.model_copy(update={"context": "Passage one."})).values()) == {"near_duplicate", ""}
    assert first.id not in {verdict.entry.id for verdict in reasons.verdicts(first, third)}


def test_earlier_turns_tell_conversations_apart(reasons: Judge) -> None:
    first, second = (
        made.model_copy(
            update={"kind": ExampleKind.CONVERSATION, "history": (Exchange(prompt=asked, response="Yes."),)}
        )
        for made, asked in ((example("Why?", "So."), "Is it cold?"), (again("Why?", "Thus."), "Is it fast?"))
    )
    assert reasons(first, second) == {first.id: "", second.id: ""}


def test_a_training_paraphrase_of_a_held_out_question_is_contaminated_and_names_it(reasons: Judge) -> None:
    test = example("What causes decoherence in ion traps?", "Noise.", split=Split.TEST, document="t")
    train = example("Why does decoherence occur in ion traps?", "Heat does it.")
    other = example("Why does decoherence occur in two ion traps?", "Light does it.", document="d3")
    (verdict,) = reasons.verdicts(train, test, other)
    assert (verdict.entry.id, verdict.reason, verdict.of) == (train.id, "contaminated", test.id)
    assert 0.85 <= verdict.similarity <= 1


def test_the_answer_that_says_the_text_does_not_tell_contaminates_nothing(reasons: Judge) -> None:
    train, test = (
        example(asked, "The passage does not say.", split=split, document=asked[-5:], kind=ExampleKind.UNANSWERABLE)
        for asked, split in (("Who built the trap?", Split.TRAIN), ("How cold is the chip?", Split.TEST))
    )
    assert set(reasons(train, test).values()) == {""}


def test_multiple_choice_stays_beside_the_question_it_was_made_of_and_never_in_training(reasons: Judge) -> None:
    asked = example("What flips a bit?", "X", split=Split.TEST, document="t")
    choice = asked.model_copy(update={"id": "c" * 16, "kind": ExampleKind.CHOICE, "wrong_answers": ("Y",)})
    trained = choice.model_copy(update={"id": "d" * 16, "split": Split.TRAIN, "prompt": "What flips a phase?"})
    train = example("What flips a bit?", "The X gate.")
    assert reasons(asked, choice, trained, train) == {
        asked.id: "", choice.id: "", trained.id: "choice_in_training", train.id: "contaminated",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "response", "why"),
    [
        ("What is the quantum Zeno effect?", "Slow decay.", "in_benchmark"),
        ("Explain the quantum Zeno effect.", "Slow decay.", "in_benchmark"),
        ("", "Quiz: who named the effect after Zeno of Elea? Nobody knows.", "in_benchmark"),
        ("Say more.", f"It is known that {LONG[0].lower()}{LONG[1:]}", "in_benchmark"),
        ("What is the anti-Zeno effect?", "Fast decay.", ""),
    ],
)
def test_what_stands_in_a_test_file_leaves_training_and_its_line_is_named(
    reasons: Judge, prompt: str, response: str, why: str
) -> None:
    reasons.benchmarks = (
        BenchmarkItem("mine.jsonl", 4, "What is the quantum Zeno effect?", ("Slow.",)),
        BenchmarkItem("mine.jsonl", 5, "Who named the effect after Zeno of Elea?"),
        BenchmarkItem("mine.jsonl", 6, "What is a Bell pair of qubits?", (LONG,)),
    )
    held_out = example(prompt, response, split=Split.TEST, document="t")
    assert set(reasons(held_out).values()) == {""}
    found = reasons.verdicts(example(prompt, response))
    assert [verdict.reason for verdict in found] == ([why] if why else [])
    assert all(verdict.of.startswith("mine.jsonl:") for verdict in found)


def test_the_order_of_the_examples_decides_nothing(reasons: Judge) -> None:
    topics = ("qubits", "ion traps", "surface codes", "phase gates", "oracles")
    forms = ("What are {}?", "Define {}.", "Why are {} used?", "What is the purpose of {}?", "How do {} work?")
    given = [
        example(form.format(topic), f"{topic} {number}.", document=f"d{number}", score=number % 3 / 2, split=split)
        for number, (topic, form, split) in enumerate(
            (topic, form, split) for topic in topics for form in forms for split in Split
        )
    ]
    first = reasons.verdicts(*given)
    random.Random(1).shuffle(given)
    again = reasons.verdicts(*given)
    assert [(each.entry.id, each.reason, each.of) for each in first] == [
        (each.entry.id, each.reason, each.of) for each in again
    ]
    assert {each.reason for each in first} == {"contaminated", "near_duplicate"}
