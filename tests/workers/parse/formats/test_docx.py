"""Word documents as Word and LibreOffice write them."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from tests.workers.parse.formats.archives import packed, word
from workers.parse.formats.docx import read_docx

STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
    for name in ("heading 1", "heading 2", "caption", "Quote", "Source Code", "Title")
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>On qubits</dc:title><dc:creator>Ada One; Bob Two</dc:creator><dc:language>en-GB</dc:language>"
    "<dcterms:created>2024-05-17T08:00:00Z</dcterms:created></cp:coreProperties>"
)


def p(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_styles_become_headings_captions_quotations_and_code() -> None:
    found = read_docx(
        word(
            p("Gates", "heading1") + p("They are reversible.") + p("Figure 1: A gate", "caption")
            + p("Wise words.", "Quote") + p("h(0)", "SourceCode"),
            styles=STYLES,
            more={"docProps/core.xml": CORE},
        )
    )  # fmt: skip
    assert [(block.kind, block.level, block.text) for block in found.blocks] == [
        (BlockKind.HEADING, 1, "Gates"),
        (BlockKind.PARAGRAPH, 0, "They are reversible."),
        (BlockKind.CAPTION, 0, "Figure 1: A gate"),
        (BlockKind.QUOTE, 0, "Wise words."),
        (BlockKind.CODE, 0, "h(0)"),
    ]
    assert (found.title, found.authors, found.date) == ("On qubits", ("Ada One", "Bob Two"), "2024-05-17")
    assert found.language == "en" and found.obtained["authors"] == "core properties"


def test_tracked_insertions_are_in_and_deletions_out() -> None:
    mark = 'w:id="1" w:author="x" w:date="2024-01-01T00:00:00Z"'
    body = (
        f"<w:p><w:r><w:t>It is </w:t></w:r><w:del {mark}><w:r><w:delText>bad</w:delText></w:r></w:del>"
        f"<w:ins {mark}><w:r><w:t>good</w:t></w:r></w:ins></w:p>"
    )
    assert [block.text for block in read_docx(word(body)).blocks] == ["It is good"]


def test_merged_cells_keep_their_columns() -> None:
    rows = (
        f"<w:tr>{cell('wide', '<w:gridSpan w:val=' + chr(34) + '2' + chr(34) + '/>')}{cell('c')}</w:tr>"
        f"<w:tr>{cell('1')}{cell('2 | 3')}{cell('4')}</w:tr>"
    )
    columns = "<w:tblGrid>" + "<w:gridCol w:w='999'/>" * 3 + "</w:tblGrid>"
    (table,) = read_docx(word(f"<w:tbl><w:tblPr/>{columns}{rows}</w:tbl>")).blocks
    assert table.kind is BlockKind.TABLE
    assert table.text.splitlines()[0] == "| wide |  | c |" and table.text.splitlines()[-1] == "| 1 | 2 \\| 3 | 4 |"


def test_formulas_become_tex() -> None:
    fraction = "<m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>"
    body = (
        f"<w:p><m:oMathPara><m:oMath>{fraction}</m:oMath></m:oMathPara></w:p>"
        f"<w:p><w:r><w:t xml:space='preserve'>so </w:t></w:r><m:oMath>{fraction}</m:oMath></w:p>"
    )
    assert [(block.kind, block.text) for block in read_docx(word(body)).blocks] == [
        (BlockKind.FORMULA, r"$$\frac{a}{b}$$"),
        (BlockKind.PARAGRAPH, r"so $\frac{a}{b}$"),
    ]


def test_entities_cannot_grow_or_reach_out() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + "<w:document/>"
    with pytest.raises(DocumentRejected) as caught:
        read_docx(word("", more={"word/document.xml": laughs}))
    assert caught.value.reason == "corrupt_docx"


def test_an_archive_without_a_document_is_corrupt() -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_docx(packed({"[Content_Types].xml": b"<Types/>"}))
    assert caught.value.reason == "corrupt_docx"


def test_elements_nested_without_end_are_too_complex_or_corrupt_and_take_nothing_else_along() -> None:
    with pytest.raises(DocumentRejected):
        read_docx(word("<w:p>" * 20_000))
