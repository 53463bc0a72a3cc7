"""HTML and XHTML to blocks: extractors and our own eyes say which text is content, the page's tree what it is."""

from __future__ import annotations

from agent.errors import DocumentRejected
from workers.parse.html.attached import with_attached
from workers.parse.html.build import build
from workers.parse.html.content import choose
from workers.parse.html.formulas import formulas_to_tex
from workers.parse.html.latexml import is_latexml, read_latexml
from workers.parse.html.metadata import stated
from workers.parse.html.page import body_of, drop_unseen, load
from workers.parse.html.parsoid import is_parsoid, read_parsoid
from workers.parse.html.paths import Paths
from workers.parse.html.preformatted import prose_of_preformatted
from workers.parse.html.segments import segments
from workers.parse.html.structure import structure
from workers.parse.html.votes import votes
from workers.parse.parsed import Parsed


def read_html(text: str, url: str = "") -> Parsed:
    """The main content of a page as blocks, and what the page states about itself.

    Raises:
        DocumentRejected: ``no_text`` when the page holds no content of its own, ``too_complex`` when its elements lie
            too deep within each other.
    """
    root = load(text)
    said = stated(root)
    if is_parsoid(root):
        return read_parsoid(root, said)
    if is_latexml(root):
        return read_latexml(root, said)
    formulas_to_tex(root)
    drop_unseen(root)
    page = segments(body_of(root))
    parts = structure(page)
    choice = choose(page, parts, votes(root, page.runs, url))
    blocks = prose_of_preformatted(build(page, parts, with_attached(choice.kept, page, parts), Paths()))
    if not blocks:
        raise DocumentRejected("no_text", "the page holds no main content")
    return Parsed(blocks=blocks, parser="html", decisions=(choice.decision,), **said._asdict())
