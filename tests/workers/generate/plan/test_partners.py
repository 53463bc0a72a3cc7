"""Which chunk goes with which in a question over two."""

from __future__ import annotations

from agent.job.records import Chunk, Split
from tests.workers.generate.chunks import chunk
from workers.generate.context.analyse import analyse
from workers.generate.plan.partners import partners

YEAST = "Wild yeast raises the sourdough. The wild yeast lives on the flour, and warm water wakes it."
CELLS = "Under the microscope wild yeast shows round cells. Each cell wall of wild yeast is made of glucan."
STEEL = "Blast furnaces make pig iron. The hot blast burns coke, and slag floats on the molten metal."


def paired(*chunks: Chunk) -> list[str | None]:
    found = partners(chunks, [analyse(each) for each in chunks])
    return [each.id if each else None for each in found]


def test_a_partner_speaks_of_the_same_thing_and_of_something_else() -> None:
    assert paired(chunk(YEAST, document="a"), chunk(STEEL, document="b"), chunk(CELLS, document="c")) == [
        "c-0", None, "a-0",
    ]  # fmt: skip


def test_a_copy_is_no_partner() -> None:
    assert paired(chunk(YEAST, document="a"), chunk(YEAST, document="b")) == [None, None]


def test_the_neighbour_in_the_same_document_is_no_partner() -> None:
    assert paired(chunk(YEAST, document="a"), chunk(CELLS, document="a", ordinal=1)) == [None, None]
    assert paired(chunk(YEAST, document="a"), chunk(CELLS, document="a", ordinal=5)) == ["a-5", "a-0"]


def test_another_document_is_preferred() -> None:
    assert paired(
        chunk(YEAST, document="a"), chunk(CELLS, document="a", ordinal=5), chunk(CELLS, document="b")
    )[0] == "b-0"  # fmt: skip


def test_partners_are_of_one_split() -> None:
    assert paired(chunk(YEAST, document="a"), chunk(CELLS, document="b", split=Split.TEST)) == [None, None]
