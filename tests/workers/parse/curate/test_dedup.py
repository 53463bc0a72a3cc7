"""Documents that say the same."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Document, Evidence
from tests.workers.parse.shards import document
from workers.parse.curate.dedup import Duplicate, Entry, duplicates
from workers.parse.curate.fingerprint import Fingerprints, word_hashes
from workers.parse.curate.prefer import rank

WORDS = [f"word{number}" for number in range(400)]


def text(seed: int, length: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def changed(original: str, every: int) -> str:
    words = original.split()
    words[::every] = [f"changed{place}" for place in range(len(words[::every]))]
    return " ".join(words)


def found(documents: Sequence[Document], least: float = 0.7) -> list[Duplicate]:
    with tempfile.TemporaryDirectory() as scratch, Fingerprints(Path(scratch)) as prints:
        entries = []
        for each in documents:
            words = word_hashes(each.text)
            entries.append(Entry(each.id, each.title, prints.add(words), rank(each, len(words))))
        return duplicates(entries, prints, least, lambda done, total: None)


def named(documents: Sequence[Document], least: float = 0.7) -> dict[str, str]:
    """Who repeats whom."""
    return {documents[one.number].id: documents[one.of].id for one in found(documents, least)}


def test_copies_that_were_only_set_otherwise_are_exact_duplicates() -> None:
    (one,) = found([document("a", text(1), score=0.3), document("b", text(1).upper() + " !", score=0.6)])
    assert (one.number, one.of, one.reason) == (0, 1, "exact_duplicate")


def test_of_copies_the_freer_licence_stays_then_the_better_quality_then_the_more_complete_text() -> None:
    def better(one: Document, other: Document) -> bool:
        return named([one, other]) == {other.id: one.id} == named([other, one])

    licences = ["CC0-1.0", "MIT", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "LicenseRef-own", ""]
    in_order = [document(f"z{len(licences) - n}", text(1), licence=each) for n, each in enumerate(licences)]
    assert all(better(one, other) for one, other in pairwise(in_order))
    declared = (Evidence(kind="operator", url="", line="", time=""),)
    assert better(document("b", text(1), licence="CC-BY-NC-4.0"), document("a", text(1), evidence=declared))
    assert better(document("b", text(1), quality=0.9), document("a", text(1), quality=0.7))
    assert better(document("b", text(1), quality=0.88), document("a", text(1, 270), quality=0.9))
    assert better(document("b", text(1), score=0.9), document("a", text(1), score=0.2))
    assert better(document("a", text(1)), document("b", text(1)))


def test_changed_shortened_lengthened_and_reordered_copies_are_near_duplicates() -> None:
    paragraphs = [text(seed, 60) for seed in range(5)]
    original = document("a", *paragraphs)
    copies = [
        document("b", changed(" ".join(paragraphs), 20)),
        document("c", changed(" ".join(paragraphs), 10)),
        document("d", " ".join(" ".join(paragraphs).split()[:240])),
        document("e", *paragraphs, text(77, 150), quality=0.5),
        document("f", *reversed(paragraphs)),
        document("g", "Home About Sign in", *paragraphs, "Share this page. Copyright, all rights and cookies."),
    ]
    for copy in copies:
        (one,) = found([original, copy, document("x", text(2))])
        assert one.reason == "near_duplicate" and {one.number, one.of} == {0, 1}


def test_pages_of_a_series_quotations_and_other_texts_on_the_subject_all_stay() -> None:
    frame = changed(text(1), 12).split("changed")
    series = [
        document(name, f"{name} ".join(frame), title=f"The {name} gate") for name in ("hadamard", "toffoli", "swap")
    ]
    shared = text(9, 60)
    others = [document("a", text(1), shared), document("b", text(2), shared), document("c", shared)]
    assert named(series) == {} and named(others) == {}


def test_one_only_goes_for_a_document_that_it_resembles_itself() -> None:
    words = text(1, 400).split()
    chain = [document(f"d{n}", " ".join(words[n * 50 : 200 + n * 50])) for n in range(5)]
    assert named(chain, least=0.55) == {"d1": "d0", "d3": "d2"}


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(24)))
def test_the_result_does_not_depend_on_the_order(order: list[int]) -> None:
    everything = [document(f"d{n}", changed(text(n % 7), 8 + n), score=(n % 3) / 10) for n in range(24)]
    assert named(everything) == named([everything[n] for n in order])
