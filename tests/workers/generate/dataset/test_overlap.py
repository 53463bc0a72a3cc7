"""Which examples go because another already says it."""

from __future__ import annotations

from agent.job.records import Example, Split
from tests.workers.generate.examples import example
from workers.generate.dataset.overlap import verdicts

LONG = "A Bell pair is a pair of qubits in an entangled state whose two results always agree with each other."


def reasons(*examples: Example) -> dict[str, str]:
    return {judged.id: reason for judged, reason in verdicts(examples)}


def test_different_questions_all_stay() -> None:
    given = [example("What is a qubit?", "A system."), example("What does a qubit do?", "It carries a state.")]
    assert set(reasons(*given).values()) == {""}


def test_the_same_example_from_another_document_is_a_duplicate() -> None:
    first, second = example("What is a qubit?", "A system."), example("What is a qubit?", "A system.", document="d2")
    assert reasons(first, second) == {first.id: "", second.id: "duplicate"}


def test_the_same_question_in_other_words_is_a_near_duplicate() -> None:
    first, second = example("What is a qubit?", "A system."), example("What is the Qubit ?", "Two levels.")
    assert reasons(first, second) == {first.id: "", second.id: "near_duplicate"}


def test_plain_chunks_are_duplicates_by_text_and_not_by_their_empty_prompt() -> None:
    first, second, third = (
        example("", "One text."),
        example("", "Another text."),
        example("", "one TEXT", document="d2"),
    )
    assert reasons(first, second, third) == {first.id: "", second.id: "", third.id: "duplicate"}


def test_a_training_row_that_shares_its_prompt_with_the_test_split_leaves_training() -> None:
    train = example("What is a qubit?", "A system.")
    test = example("What is the qubit?", "Two levels.", split=Split.TEST, document="d2")
    assert reasons(train, test) == {test.id: "", train.id: "contaminated"}


def test_a_training_row_that_shares_its_response_with_the_test_split_leaves_training() -> None:
    train = example("Describe qubits in one phrase.", "Two levels.")
    test = example("What is a qubit?", "two levels", split=Split.TEST, document="d2")
    assert reasons(train, test) == {test.id: "", train.id: "contaminated"}


def test_a_training_chunk_that_contains_a_held_out_answer_leaves_training() -> None:
    chunk = example("", f"Here is something else first. {LONG} And more after it.")
    other = example("", "Here is something else first. And more after it.", document="d3")
    test = example("What is a Bell pair?", LONG, split=Split.TEST, document="d2")
    assert reasons(chunk, other, test) == {test.id: "", chunk.id: "contaminated", other.id: ""}


def test_a_chunk_of_the_test_split_may_contain_the_answers_made_of_it() -> None:
    answer = example("What is a Bell pair?", LONG, split=Split.TEST)
    chunk = example("", f"{LONG} And more after it.", split=Split.TEST)
    assert set(reasons(answer, chunk).values()) == {""}


def test_validation_gives_way_to_test_and_training_to_validation() -> None:
    test = example("What is a qubit?", "A system.", split=Split.TEST)
    validation = example("What is a qubit?", "A pair of levels.", split=Split.VALIDATION, document="d2")
    own = example("What is a gate?", "A rotation.", split=Split.VALIDATION, document="d2")
    train = example("What is a gate?", "A change.", document="d3")
    assert reasons(train, own, validation, test) == {
        test.id: "", validation.id: "contaminated", own.id: "", train.id: "contaminated",
    }  # fmt: skip


def test_what_was_refused_refuses_nothing_itself() -> None:
    test = example("What is a qubit?", "A system.", split=Split.TEST)
    gone = example("What is a qubit?", "Two levels.")
    stays = example("Name the smallest unit.", "Two levels.")
    assert reasons(gone, stays, test) == {test.id: "", gone.id: "contaminated", stays.id: ""}
