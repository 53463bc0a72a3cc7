"""Documents of one work."""

from __future__ import annotations

from tests.workers.parse.shards import PROSE, document
from workers.parse.curate.works import Passages, Works, work_keys

OTHER = "Trapped ions are held by electric fields in a vacuum, cooled by light, and read out by the light they scatter."


def test_versions_say_the_same_of_themselves() -> None:
    first = document("a", url="https://arxiv.org/abs/2401.01234v1", title="On Qubits", authors=("A. One", "B. Two"))
    second = document("b", url="https://arxiv.org/pdf/2401.01234v3", title="Other", doi="10.1/x")
    third = document("c", title="On qubits.", authors=("B. Two", "A. One"))
    assert set(work_keys(first)) & set(work_keys(second)) == {"arxiv:2401.01234"}
    assert set(work_keys(first)) & set(work_keys(third)) == {"title:on qubits|a one|b two"}
    assert work_keys(document("d", title="Welcome!")) == ()


def test_joined_documents_are_of_one_work_through_others_too() -> None:
    works = Works()
    works.join("a", "doi:1")
    works.join("doi:1", "b")
    works.join("b", "c")
    assert works.of({"a": "a", "b": "b", "c": "c", "d": "d"}) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_documents_that_share_long_passages_belong_together_unless_everybody_has_them() -> None:
    def shared(*texts: tuple[str, ...]) -> list[tuple[int, int]]:
        passages = Passages()
        for number, each in enumerate(texts):
            passages.add(number, document(f"d{number}", *each))
        return passages.shared()

    assert shared((PROSE, OTHER), (OTHER, "Run it."), (PROSE + " More.",)) == [(0, 1)]
    assert shared(*((OTHER, PROSE + str(n)) for n in range(9))) == []
    assert shared() == []
