"""Markdown as repositories and site generators write it."""

from __future__ import annotations

import time

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.formats.markdown import read_markdown
from workers.parse.read import ReadRequest, read


def test_front_matter_gives_title_author_date_and_licence_and_is_no_text() -> None:
    parsed = read_markdown(
        "---\ntitle: 'On qubits'\nauthor: A. One\ndate: 2024-02-03\nlicense: CC BY-SA 4.0\n---\nText.\n"
    )
    assert (parsed.title, parsed.authors, parsed.date) == ("On qubits", ("A. One",), "2024-02-03")
    assert parsed.licence == "CC-BY-SA-4.0"
    assert [block.text for block in parsed.blocks] == ["Text."]


def test_broken_front_matter_is_cut_off() -> None:
    assert [block.text for block in read_markdown("---\ntitle: [a\n---\nText.\n").blocks] == ["Text."]


def test_blocks_keep_their_kind_and_nesting() -> None:
    source = (
        "# Gates\n\nA gate is *reversible*; see [here](http://x).\n\n- one\n  - two\n- three\n\n"
        "```python\nh(0)\n\ncnot(0, 1)\n```\n\n> Wise words.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert [(block.kind, block.text) for block in read_markdown(source).blocks] == [
        (BlockKind.HEADING, "Gates"),
        (BlockKind.PARAGRAPH, "A gate is reversible; see here."),
        (BlockKind.LIST, "- one\n  - two\n- three"),
        (BlockKind.CODE, "h(0)\n\ncnot(0, 1)"),
        (BlockKind.QUOTE, "Wise words."),
        (BlockKind.TABLE, "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ]


def test_mathematics_keeps_its_underscores() -> None:
    parsed = read_markdown("The sum $a_1 b_1 + a_2 b_2$ is:\n\n$$\n\\sum_i a_i b_i\n$$\n")
    assert [block.text for block in parsed.blocks] == ["The sum $a_1 b_1 + a_2 b_2$ is:", "$$\\sum_i a_i b_i$$"]


def test_marks_of_site_generators_go_but_stay_in_code() -> None:
    source = (
        '{% include nav.html %}\n\n> [!NOTE]\n> Mind the gap.\n\n:::image source="a.png":::\n\n[!INCLUDE [x](y.md)]\n\n'
        "<style>p { color: red }</style>\n\nText.\n\n```liquid\n{% raw %}\n```\n"
    )
    assert [block.text for block in read_markdown(source).blocks] == ["Mind the gap.", "Text.", "{% raw %}"]


def test_code_inside_a_list_item_follows_the_list() -> None:
    parsed = read_markdown("1. Install it:\n\n   ```\n   pip install x\n   ```\n\n2. Run it.\n")
    assert [(block.kind, block.text) for block in parsed.blocks] == [
        (BlockKind.LIST, "- Install it:\n- Run it."),
        (BlockKind.CODE, "pip install x"),
    ]


def test_offsets_bracket_each_block_in_the_whole_source() -> None:
    source = (
        "---\ntitle: T\n---\n\n# A *fine* title\n\nFirst words,\nand last ones.\n\n- one\n- two\n\n> Quoted\n> words.\n"
        "\n{% include\nx %}\n\n```py\nh(0)\n```\n\n$$\na + b\n$$\n"
    )
    found = {block.kind: source[block.start : block.end] for block in read_markdown(source).blocks}
    assert found == {
        BlockKind.HEADING: "# A *fine* title",
        BlockKind.PARAGRAPH: "First words,\nand last ones.",
        BlockKind.LIST: "- one\n- two",
        BlockKind.QUOTE: "> Quoted\n> words.",
        BlockKind.CODE: "```py\nh(0)\n```",
        BlockKind.FORMULA: "$$\na + b\n$$",
    }


def test_formulas_within_a_paragraph_that_are_displayed_are_blocks() -> None:
    found = read_markdown("It is\n$$x = 1$$\nand no more.\n").blocks
    assert [(block.kind, block.text) for block in found] == [
        (BlockKind.PARAGRAPH, "It is"),
        (BlockKind.FORMULA, "$$x = 1$$"),
        (BlockKind.PARAGRAPH, "and no more."),
    ]


def test_notes_at_the_foot_and_admonitions_are_text_without_their_marks() -> None:
    source = 'Said[^1] so.\n\n[^1]: The note.\n\n!!! note\n    Mind it.\n\n!!! tip "A title"\n    Do it.\n'
    texts = [block.text for block in read_markdown(source).blocks]
    assert texts == ["Said so.", "Mind it.", "A title", "Do it.", "The note."]


@pytest.mark.parametrize("mark", [">", "[", "- ", "*a ", "$", "`", "![", "<div>", "|", "{{ ", "[^1]: "])
def test_a_mark_repeated_without_end_is_read_or_refused_in_time(mark: str) -> None:
    start = time.process_time()
    try:
        read(mark.encode() * 20_000, ReadRequest(url="http://h/a.md", media_type="text/markdown"), lambda a, b: None)
    except DocumentRejected as refused:
        assert refused.reason in ("too_complex", "no_text")
    assert time.process_time() - start < 10
