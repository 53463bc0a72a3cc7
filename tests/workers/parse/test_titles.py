"""The title of a document, from the best of four places."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind
from workers.parse.titles import title_of

HEADING = (Block(kind=BlockKind.HEADING, text="Its heading", level=2),)


@pytest.mark.parametrize(
    ("own", "given", "blocks", "expected"),
    [
        ("Its own", "Given", HEADING, "Its own"),
        (" \n", "Given", HEADING, "Given"),
        ("", "---", HEADING, "Its heading"),
        ("", "", (), "quantum key distribution"),
    ],
)
def test_a_title_is_the_documents_own_then_the_sources_then_a_heading_then_the_address(
    own: str, given: str, blocks: tuple[Block, ...], expected: str
) -> None:
    assert title_of(own, given, blocks, "http://h/notes/quantum-key_distribution.html") == expected


def test_a_home_page_is_called_after_its_host() -> None:
    assert title_of("", "", (), "http://qubits.example/") == "qubits.example"
