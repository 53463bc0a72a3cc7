"""Books."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from tests.workers.parse.formats.archives import book
from workers.parse.formats.epub import read_epub

CHAPTERS = {
    "nav.xhtml": "<nav epub:type='toc'><ol><li><a href='one.xhtml'>One</a></li></ol></nav>",
    "one.xhtml": "<section><h1>One</h1><p>First <em>words</em>.</p><ul><li>a</li><li>b</li></ul></section>",
    "two.xhtml": "<div><h1>Two</h1><blockquote>Wise words.</blockquote><pre>h(0)\n  x</pre></div>",
}


def test_chapters_come_in_the_order_of_the_spine_with_their_places() -> None:
    found = read_epub(book(CHAPTERS)).blocks
    assert [(block.kind, block.text) for block in found] == [
        (BlockKind.HEADING, "One"),
        (BlockKind.PARAGRAPH, "First words."),
        (BlockKind.LIST, "- a\n- b"),
        (BlockKind.HEADING, "Two"),
        (BlockKind.QUOTE, "Wise words."),
        (BlockKind.CODE, "h(0)\n  x"),
    ]
    assert found[1].path == "OEBPS/one.xhtml#/html/body/section/p"


def test_the_package_says_title_creators_date_language_rights_and_doi() -> None:
    metadata = (
        "<dc:title>On qubits</dc:title><dc:creator>Ada One</dc:creator><dc:creator>Bob Two</dc:creator>"
        "<dc:date>2024-05-17</dc:date><dc:language>de-DE</dc:language>"
        "<dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>"
        "<dc:identifier>urn:doi:10.1234/ABC.5</dc:identifier>"
    )
    found = read_epub(book(CHAPTERS, metadata=metadata))
    assert (found.title, found.authors, found.date) == ("On qubits", ("Ada One", "Bob Two"), "2024-05-17")
    assert (found.language, found.licence, found.doi) == ("de", "CC-BY-4.0", "10.1234/abc.5")
    assert found.obtained["authors"] == "dc:creator"


def test_a_page_that_is_not_well_formed_is_read_as_html() -> None:
    found = read_epub(book({"one.xhtml": "<p>Tom &nbsp;and <b>Jerry<p>More"}))
    assert [block.text for block in found.blocks] == ["Tom and Jerry", "More"]


def test_a_book_under_rights_management_is_refused_and_one_with_veiled_fonts_is_not() -> None:
    def veiled(algorithm: str) -> bytes:
        stated = f'<encryption><x:EncryptionMethod xmlns:x="http://e" Algorithm="{algorithm}"/></encryption>'
        return book(CHAPTERS, more={"META-INF/encryption.xml": stated})

    assert read_epub(veiled("http://www.idpf.org/2008/embedding")).blocks
    with pytest.raises(DocumentRejected) as caught:
        read_epub(veiled("http://www.w3.org/2001/04/xmlenc#aes256-cbc"))
    assert caught.value.reason == "encrypted_epub"


@pytest.mark.parametrize(
    ("body", "reason"),
    [("<div>" * 5000 + "x" + "</div>" * 5000, "too_complex"), ("<img src='a.png'/>", "no_text")],
)
def test_what_cannot_be_read_says_why(body: str, reason: str) -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_epub(book({"one.xhtml": body}))
    assert caught.value.reason == reason
