"""What can be learned from the first results alone."""

from __future__ import annotations

import pytest

from agent.job.records import Candidate
from tests.workers.crawl.expand.results import SUBJECT, results
from workers.crawl.expand.acronyms import acronyms
from workers.crawl.expand.feedback import Feedback
from workers.crawl.expand.nearest import nearest
from workers.crawl.expand.reading import Reading, prose
from workers.crawl.sources.contract import Found
from workers.topics.wording import form


def proposed() -> dict[str, tuple[str, ...]]:
    return {phrase.text.lower(): phrase.also for phrase in Feedback().propose(SUBJECT, results()).phrases}


@pytest.mark.parametrize("phrase", ["oven spring", "gluten development", "bulk fermentation", "wild yeast"])
def test_phrases_that_several_results_share_are_proposed(phrase: str) -> None:
    assert phrase in proposed()


def test_an_acronym_comes_with_its_long_form() -> None:
    assert proposed()["dough yield index"] == ("DYI",)


@pytest.mark.parametrize("word", ["figure", "example", "code", "paper", "anna", "baker", "thank"])
def test_words_of_documents_and_names_of_authors_are_in_no_phrase(word: str) -> None:
    assert not [phrase for phrase in proposed() if set(form(word)) <= set(form(phrase))]


def test_the_subject_itself_and_pieces_of_longer_phrases_are_not_proposed() -> None:
    phrases = {form(phrase) for phrase in proposed()}
    assert phrases.isdisjoint({form(SUBJECT), form("bread"), form("lactic acid"), form("acid bacteria")})
    assert form("lactic acid bacteria") in phrases


def test_weights_lie_between_nothing_and_one_and_fall() -> None:
    weights = [phrase.weight for phrase in Feedback().propose(SUBJECT, results()).phrases]
    assert weights == sorted(weights, reverse=True)
    assert 0 < weights[-1] <= weights[0] <= 1


def test_too_few_results_teach_nothing_and_say_so() -> None:
    proposal = Feedback().propose(SUBJECT, results()[:2])
    assert proposal.phrases == ()
    assert proposal.note == "2 first results have a text about the subject; it takes 3"


def test_the_nearest_results_are_read_each_once_and_those_about_something_else_are_not() -> None:
    strangers = [
        Found(Candidate(id=f"s{n}", url=f"https://x.example/{n}", source="urls:x", score=0), "Tax law of the canton.")
        for n in range(5)
    ]
    read = nearest(SUBJECT, [*strangers, *results(), *results()])
    assert {item.candidate.id for item in read} == {item.candidate.id for item in results()}
    assert len(read) == len(results())


def test_the_same_results_in_another_order_give_the_same_phrases() -> None:
    assert Feedback().propose(SUBJECT, results()[::-1]) == Feedback().propose(SUBJECT, results())


def test_the_long_form_must_fit_the_acronym() -> None:
    texts = ["The variational quantum eigensolver (VQE) runs (see below). Deep learning (top).", "A vqe (VQE) again."]
    assert acronyms(texts) == {form("variational quantum eigensolver"): ("variational quantum eigensolver", "VQE", 1)}


def test_code_formulas_addresses_and_markup_are_no_prose() -> None:
    text = prose("See [the code](https://x.example/a) and ``run.me`` or $x^2$ <b>bold</b> at numpy.linalg.norm_x here.")
    for gone in ("x.example", "run", "x^2", "<b>", "linalg"):
        assert gone not in text
    assert "the code" in text and "bold" in text and "here" in text


def test_a_phrase_that_always_goes_on_does_not_stand_alone() -> None:
    reading = Reading(["Quantum error correction is hard. The quantum error correction of codes."])
    assert reading.occurrences(form("quantum error")).alone == 0
    assert reading.occurrences(form("quantum error correction")).alone == 1
    assert reading.occurrences(form("hard the")).times == 0
