"""Journal articles in JATS: what they say, and nothing of their apparatus."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.formats.jats import read_jats
from workers.parse.parsed import Parsed
from workers.parse.read import ReadRequest, read

ARTICLE = r"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.3 20210610//EN" "x.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"
 xmlns:ali="http://www.niso.org/schemas/ali/1.0/" article-type="research-article" dtd-version="1.3" xml:lang="en">
<front><journal-meta><journal-id>OURS</journal-id></journal-meta>
<article-meta><article-id pub-id-type="doi">10.5/ours</article-id>
<title-group><article-title>Coherence in <italic>warm</italic> surroundings<xref ref-type="fn" rid="n1">*</xref>
</article-title><subtitle>a short study</subtitle></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Writer</surname><given-names>Ada B.</given-names></name>
<xref ref-type="aff" rid="a1">1</xref></contrib><contrib contrib-type="author"><collab>The Warm Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Editor</surname><given-names>E.</given-names></name></contrib>
</contrib-group><aff id="a1">Institute of Nothing</aff>
<pub-date pub-type="pmc-release"><day>1</day><month>1</month><year>2025</year></pub-date>
<pub-date pub-type="epub"><day>5</day><month>11</month><year>2023</year></pub-date>
<permissions><copyright-statement>© 2023 Ours. All rights reserved.</copyright-statement><license license-type="open">
<ali:license_ref>https://creativecommons.org/licenses/by-nc/4.0/</ali:license_ref>
<license-p>Open under its terms.</license-p></license></permissions>
<abstract><sec><title>Aims</title><p>We ask how long coherence lasts.</p></sec></abstract>
<abstract abstract-type="graphical"><p>A picture in words.</p></abstract></article-meta></front>
<body><sec id="s1"><title>1. Introduction</title>
<p>States decay in 10<sup>-3</sup> seconds [<xref ref-type="bibr" rid="r1">1</xref>, <xref ref-type="bibr"
rid="r2">2</xref>]
, as <xref ref-type="bibr" rid="r1">Writer et al.</xref> showed for H<sub>2</sub>O at &#945; &nbsp;(<xref ref-type="fig"
rid="f1">Fig. 1</xref>). The energy is <inline-formula><alternatives><mml:math><mml:mi>E</mml:mi></mml:math>
<tex-math id="t1">\documentclass[12pt]{minimal}\usepackage{amsmath}\begin{document}$$E = h\nu$$\end{document}</tex-math>
</alternatives></inline-formula> here.<fig id="f1"><label>Figure 1</label><caption><p>A caption nobody needs.</p>
</caption></fig></p>
<sec><title>Methods in depth</title><p>Three steps follow:<list list-type="order"><list-item><label>1.</label><p>Cool
it.</p><list list-type="bullet"><list-item><p>slowly</p></list-item></list></list-item><list-item><p>Measure it.</p>
</list-item></list>Then the state obeys
<disp-formula id="e1"><label>(1)</label><mml:math alttext="\rho(t) = e^{-t}\rho"><mml:mi>ρ</mml:mi></mml:math>
</disp-formula> where time is short.</p>
<table-wrap id="t1"><label>Table 1</label><caption><p>Words above a table.</p></caption><table><thead><tr><th>Kind</th>
<th colspan="2">Times</th></tr></thead><tbody><tr><td>warm</td><td>1</td><td>2</td></tr></tbody></table>
<table-wrap-foot><fn><p>A foot note.</p></fn></table-wrap-foot></table-wrap>
<disp-quote><p>Said by somebody.</p></disp-quote><code language="python">def cool():
    return 0</code></sec></sec>
<sec sec-type="COI-statement"><title>Interests</title><p>We have none to declare.</p></sec>
<sec><title>Data availability statement</title><p>On request to the writers.</p></sec>
<sec><title>Empty</title></sec></body>
<back><ack><title>Acknowledgements</title><p>We thank our mothers.</p></ack>
<app-group><app><title>Appendix</title><p>A proof in full.</p></app></app-group>
<ref-list><title>References</title><ref id="r1"><mixed-citation>A cited work.</mixed-citation></ref></ref-list>
</back></article>"""


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read_jats(ARTICLE.encode())


def test_the_article_reads_in_order_with_its_sections_by_depth(parsed: Parsed) -> None:
    headings = [(block.text, block.level) for block in parsed.blocks if block.kind is BlockKind.HEADING]
    assert headings == [
        ("Abstract", 2), ("Aims", 3), ("1. Introduction", 2), ("Methods in depth", 3), ("Appendix", 2),
    ]  # fmt: skip
    kinds = [block.kind for block in parsed.blocks[4:]]
    assert kinds == [
        BlockKind.PARAGRAPH, BlockKind.CAPTION, BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST,
        BlockKind.PARAGRAPH, BlockKind.FORMULA, BlockKind.PARAGRAPH, BlockKind.CAPTION, BlockKind.TABLE,
        BlockKind.QUOTE, BlockKind.CODE, BlockKind.HEADING, BlockKind.PARAGRAPH,
    ]  # fmt: skip


def test_citation_numbers_go_names_powers_and_formulas_stay(parsed: Parsed) -> None:
    assert parsed.blocks[4].text == (
        "States decay in 10^-3 seconds, as Writer et al. showed for H2O at α (Fig. 1). The energy is $E = h\\nu$ here."
    )
    assert parsed.blocks[10].text == "$$\\rho(t) = e^{-t}\\rho$$"
    assert parsed.blocks[11].text == "where time is short."


def test_lists_tables_and_code_have_the_form_of_every_reader(parsed: Parsed) -> None:
    by_kind = {block.kind: block for block in parsed.blocks}
    assert by_kind[BlockKind.LIST].text == "- Cool it.\n  - slowly\n- Measure it."
    assert by_kind[BlockKind.TABLE].text == "| Kind | Times |  |\n| --- | --- | --- |\n| warm | 1 | 2 |"
    assert by_kind[BlockKind.CODE].text == "def cool():\n    return 0"
    assert by_kind[BlockKind.CODE].language == "python"


def test_captions_are_blocks_of_their_own_with_their_labels(parsed: Parsed) -> None:
    assert [block.text for block in parsed.blocks if block.kind is BlockKind.CAPTION] == [
        "Figure 1: A caption nobody needs.",
        "Table 1: Words above a table.",
    ]


def test_blocks_say_where_they_stood(parsed: Parsed) -> None:
    paths = {block.kind: block.path for block in parsed.blocks}
    assert paths[BlockKind.TABLE] == "/article/body/sec[1]/sec/table-wrap"
    assert paths[BlockKind.FORMULA] == "/article/body/sec[1]/sec/p/disp-formula"
    assert parsed.obtained["doi"] == "JATS article-id" and (parsed.doi, parsed.language) == ("10.5/ours", "en")


def test_references_thanks_and_declarations_are_left_out(parsed: Parsed) -> None:
    text = "\n".join(block.text for block in parsed.blocks)
    for noise in (
        "foot note",
        "mothers",
        "cited work",
        "declare",
        "request",
        "Empty",
        "pict",
    ):
        assert noise not in text


def test_the_front_matter_says_title_authors_date_and_licence(parsed: Parsed) -> None:
    assert parsed.title == "Coherence in warm surroundings: a short study"
    assert parsed.authors == ("Ada B. Writer", "The Warm Group")
    assert (parsed.date, parsed.licence) == ("2023-11-05", "CC-BY-NC-4.0")


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ('<license xlink:href="https://creativecommons.org/licenses/by/4.0/"><p>Open.</p></license>', "CC-BY-4.0"),
        ("<license><p>Under the Creative Commons Attribution 4.0 licence.</p></license>", "CC-BY-4.0"),
        ("<license><p>It must not be used for training of AI models.</p></license>", "LicenseRef-no-training"),
        ("", "LicenseRef-all-rights-reserved"),
    ],
)
def test_the_licence_is_read_wherever_the_article_states_it(licence: str, expected: str) -> None:
    start, end = ARTICLE.index("<license "), ARTICLE.index("</license>") + len("</license>")
    assert read_jats((ARTICLE[:start] + licence + ARTICLE[end:]).encode()).licence == expected


@pytest.mark.parametrize("declared", ["application/xml", "text/xml", "binary/octet-stream", "text/html"])
def test_an_article_is_known_by_its_content_whatever_was_declared(declared: str) -> None:
    request = ReadRequest(url="https://x.example/PMC1.1.xml", media_type=declared, max_pages=1)
    reading = read(ARTICLE.encode(), request, lambda done, total: None)
    assert (reading.media_type, reading.parsed.parser) == ("application/jats+xml", "jats")


def test_a_set_of_articles_and_one_with_a_namespace_read_the_same(parsed: Parsed) -> None:
    bare = ARTICLE.partition('x.dtd">\n')[2]
    for text in (
        f'<?xml version="1.0"?><pmc-articleset>{bare}</pmc-articleset>'.replace("&nbsp;", " "),
        bare.replace("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" ').replace(
            "&nbsp;", " "
        ),
    ):
        found = read_jats(text.encode()).blocks
        assert [(block.kind, block.text) for block in found] == [(block.kind, block.text) for block in parsed.blocks]


def test_an_article_without_text_and_broken_xml_are_refused_with_the_reason() -> None:
    closed = "<pmc-articleset><article article-type='x'><front><article-meta/></front></article></pmc-articleset>"
    with pytest.raises(DocumentRejected, match="neither abstract nor body") as refused:
        read_jats(closed.encode())
    assert refused.value.reason == "no_text"
    with pytest.raises(DocumentRejected, match="corrupt_xml"):
        read_jats(ARTICLE[:900].encode())


def test_entities_of_its_own_are_not_expanded() -> None:
    bomb = '<!DOCTYPE article PUBLIC "-//NLM//DTD x" "x" [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'
    text = f"{bomb}<article article-type='x'><body><p>one &b; two &alpha;</p></body></article>"
    assert read_jats(text.encode()).blocks[0].text == "one two α"


def test_entities_cannot_grow_and_nesting_has_an_end() -> None:
    laughs = '<!DOCTYPE article [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    body = "<article article-type='x'><body><p>It is &b; so.</p></body></article>"
    assert [block.text for block in read_jats((laughs + body).encode()).blocks] == ["It is so."]
    with pytest.raises(DocumentRejected) as caught:
        read_jats(b"<article><body>" + b"<sec>" * 100_000)
    assert caught.value.reason == "too_complex"
