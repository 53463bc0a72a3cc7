"""Documents as Markdown, and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Block, BlockKind, Decision, Document, Evidence
from workers.parse import blocks
from workers.parse.serialise import blocks_from_markdown, blocks_to_markdown, from_markdown, to_markdown

_TRICKY = st.sampled_from(
    ["`", "``", "```", "~~~", "|", "#", "##", "1.", "2)", "-", "+", "*", "**", "_", "$", "$$", "$x$", "$5", "<b>",
     "<!--", "-->", "&amp;", "[a](b)", "![", "]", "\\", "\\$", "\\begin{a}", "---", "===", "> ", "`a`",
     "|---|", "| --- |",
     "\n",
     "\n\n", "\t", "\r", "\u2028", "\x00", "\u0085", "\ufeff", "é", "量子", " ", "  ", "word", "a_b", "http://x.y/z_w",
     "<!-- block {} -->", "<!-- -->", "```py", "- a", ":::", "~~"]
)  # fmt: skip
TEXT = st.lists(_TRICKY | st.text(max_size=6), max_size=8).map("".join).filter(lambda text: _storable(text))


def _storable(text: str) -> bool:
    """Records hold no lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


BLOCK = st.builds(
    Block,
    kind=st.sampled_from(BlockKind),
    text=TEXT,
    level=st.integers(0, 6),
    language=st.sampled_from(["", "python", "c++", "de", "a b", "```"]),
    page=st.sampled_from([0, 0, 3]),
    box=st.none() | st.tuples(*[st.floats(0, 999, width=32)] * 4),
    path=st.sampled_from(["", "", "/html/body/p[2]", "a--b>.xhtml#/x"]),
    start=st.none() | st.integers(0, 10**6),
    end=st.none() | st.integers(0, 10**6),
    confidence=st.none() | st.floats(0, 1),
)
DOCUMENT = st.builds(
    Document,
    id=TEXT,
    url=st.just("http://h/a"),
    source=st.just("site:http://h"),
    title=TEXT,
    authors=st.lists(TEXT, max_size=3).map(tuple),
    date=st.sampled_from(["", "2024", "2024-05-17", "no"]),
    language=st.sampled_from(["", "no", "en"]),
    licence=st.sampled_from(["", "CC-BY-4.0"]),
    obtained=st.dictionaries(TEXT, TEXT, max_size=2),
    blob=st.just("00"),
    text_sha256=st.sampled_from(["1e10", "0777", "ab"]),
    media_type=st.just("text/html"),
    parser=st.just("html"),
    quality=st.floats(0, 1),
    masked=st.dictionaries(TEXT, st.integers(0, 9), max_size=2),
    blocks=st.lists(BLOCK, max_size=5).map(tuple),
    decisions=st.lists(st.builds(Decision, step=TEXT, choice=TEXT, reason=TEXT), max_size=2).map(tuple),
    evidence=st.lists(st.builds(Evidence, kind=TEXT, url=TEXT, line=TEXT, time=TEXT), max_size=1).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(DOCUMENT)
def test_a_document_printed_and_read_again_is_the_same(document: Document) -> None:
    assert from_markdown(to_markdown(document)) == document


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(BlockKind), TEXT)
def test_ordinary_text_needs_no_mark(kind: BlockKind, text: str) -> None:
    line = blocks.one_line(text.replace("|", "").replace("\x00", ""))
    if kind not in (BlockKind.PARAGRAPH, BlockKind.CAPTION, BlockKind.QUOTE) or not line.isprintable() or not line:
        return
    printed = blocks_to_markdown((Block(kind=kind, text=line),))
    assert "<!-- block {" not in printed or "\\ufeff" in printed or "-->" in line
    assert blocks_from_markdown(printed) == (Block(kind=kind, text=line),)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("- no list", "\\- no list"),
        ("C# and 3 * 4 * 5, snake_case, a < b & c", "C# and 3 * 4 * 5, snake_case, a < b & c"),
        ("costs $5 and $6", "costs \\$5 and \\$6"),
        (r"so $\alpha_1 \{x\}$ and `a*b*`", r"so $\alpha_1 \{x\}$ and `a*b*`"),
        ("*not emphasis* and <b>not bold</b>", "\\*not emphasis\\* and \\<b>not bold\\</b>"),
        ("an array[0](x)", "an array[0\\](x)"),
    ],
)
def test_text_is_escaped_where_it_would_be_markup_and_nowhere_else(text: str, shown: str) -> None:
    assert blocks_to_markdown((blocks.paragraph(text),)) == f"{shown}\n"


def test_it_reads_as_markdown_that_a_person_would_write() -> None:
    document = Document(
        id="1", url="http://h/a", source="s", title="Gates", authors=("Ada",), blob="0", text_sha256="1",
        media_type="text/html", parser="html", quality=1.0,
        blocks=(
            blocks.heading("Gates", 1), blocks.paragraph("A gate is $U$."), blocks.listing([(0, "a"), (1, "b")]),
            blocks.listing([(0, "c")]), blocks.code("x = '```'\n\ny", "python"), blocks.table([["a", "b"], ["1", "2"]]),
            Block(kind=BlockKind.FORMULA, text="$$\na\n$$"), blocks.quote("Wise.\nWords."),
            Block(kind=BlockKind.CAPTION, text="Figure 1", page=3),
        ),
    )  # fmt: skip
    assert to_markdown(document, marks=False) == (
        "---\ntitle: Gates\nauthors:\n- Ada\nurl: http://h/a\n---\n\n# Gates\n\nA gate is $U$.\n\n- a\n  - b\n\n"
        "<!-- -->\n\n- c\n\n````python\nx = '```'\n\ny\n````\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n$$\na\n$$\n\n"
        "> Wise.\n>\n> Words.\n\n*Figure 1*\n"
    )
    assert '<!-- block {"page":3} -->\n*Figure 1*\n' in to_markdown(document)


def test_markdown_without_front_matter_is_no_printed_document() -> None:
    with pytest.raises(ValueError, match="no front matter"):
        from_markdown("# Title\n")
