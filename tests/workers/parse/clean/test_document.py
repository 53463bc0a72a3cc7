"""The whole of cleaning: what a document loses, what it never loses, and that it is enough to clean once."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Block, BlockKind
from tests.workers.parse.shards import PROSE
from workers.parse.clean.document import Cleaned, cleaned


def block(text: str, kind: BlockKind = BlockKind.PARAGRAPH, **fields: object) -> Block:
    return Block.model_validate({"kind": kind, "text": text, **fields})


def texts(clean: Cleaned) -> list[str]:
    return [each.text for each in clean.blocks]


def clean(blocks: Iterable[Block]) -> Cleaned:
    return cleaned(blocks, mask=True)


def test_what_was_done_is_told_with_its_counts() -> None:
    result = clean(
        [
            block("Skip to main content"),
            block(PROSE + " Write to alice@qubits.org."),
            block("References", BlockKind.HEADING, level=2),
            block("[1] A. Kitaev, Ann. Phys. 303, 2 (2003).\n[2] P. Shor, Phys. Rev. A 52, 2493 (1995)."),
        ]
    )
    assert texts(result) == [PROSE + " Write to <EMAIL>."]
    assert result.masked == {"email": 1} and result.language.code == "en"
    assert {one.step: one.measured for one in result.decisions} == {
        "clean.furniture": {"blocks": 1, "characters": 20},
        "clean.references": {"blocks": 2, "characters": 93},
        "clean.personal_data": {"email": 1},
    }


def test_masking_is_off_where_the_job_says_so() -> None:
    assert texts(cleaned([block("Write to alice@qubits.org.")], mask=False)) == ["Write to alice@qubits.org."]


def test_blocks_without_a_letter_or_digit_go() -> None:
    assert texts(clean([block("***"), block("Real text."), block("· · ·")])) == ["Real text."]


PIECES = st.sampled_from(
    [
        "alice@cern.ch",
        "+49 30 1234567",
        "tel.",
        "- ",
        "......",
        "! ! !",
        "H¨aner",
        " ̈",
        "\u00ad",
        "\u200b",
        "\u200d",
        "ﬁeld",
        "$x ! ! !$",
        "`a  b`",
        "qubit",
        "infor-",
        "mation",
        "information",
        "See also",
        "References",
        "Contents",
        "Home",
        " > ",
        " | ",
        "\n",
        "\n- ",
        "[1] A. One, Phys. Rev. 1, 2 (2003).",
        "中文 中文。",
        "，",
        "ـ",
        "سلام",
        "word ,",
        ".",
        "_____",
        "\uf0b7",
        "© 2024 X. All rights reserved",
        "token = 4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c",
        PROSE,
    ]
)
BLOCKS = st.lists(
    st.builds(
        lambda kind, parts, level, page: block(
            "".join(parts), kind, level=level if kind is BlockKind.HEADING else 0, page=page
        ),
        st.sampled_from(BlockKind),
        st.lists(st.one_of(PIECES, st.text(max_size=6)), min_size=1, max_size=8),
        st.integers(1, 3),
        st.integers(1, 2),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_cleaning_what_is_clean_changes_nothing(blocks: list[Block]) -> None:
    once = clean(blocks)
    again = clean(once.blocks)
    assert again.blocks == once.blocks and not again.masked


@settings(max_examples=20, deadline=None)
@given(BLOCKS)
def test_code_tables_and_formulas_are_never_lost(blocks: list[Block]) -> None:
    kinds = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)
    given_ = [each for each in blocks if each.kind in kinds and any(map(str.isalnum, each.text))]
    left = [each for each in cleaned(blocks, mask=False).blocks if each.kind in kinds]
    assert len(left) == len(given_)
