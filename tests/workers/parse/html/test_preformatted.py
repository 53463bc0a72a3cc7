"""Pages of preformatted text are read as text where it is prose, and stay code where it is code."""

from __future__ import annotations

from agent.job.records import BlockKind
from workers.parse.html.read import read_html

MANUAL = """<html><body><h1>grep(1)</h1><h2>SYNOPSIS</h2><pre>
       <b>grep</b> [<i>OPTION</i>]... <i>PATTERNS</i> [<i>FILE</i>]... -e -f</pre><h2>DESCRIPTION</h2><pre>
       <b>grep</b> searches for patterns in each file and prints each line that matches one of them. Typically the
       patterns should be quoted when the program is used in the command line of a shell.

       A single dash stands for the standard input, as it does in most other programs of this kind.
</pre></body></html>"""


def test_a_manual_page_is_prose_but_for_its_synopsis() -> None:
    kinds = [block.kind for block in read_html(MANUAL).blocks if not block.level]
    assert kinds == [BlockKind.CODE, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_preformatted_text_among_prose_is_code() -> None:
    prose = "<p>" + "The listing below is what the compiler says of the program when it is run for the first time. " * 9
    page = MANUAL.replace("<h1>", f"{prose}</p><h1>")
    assert BlockKind.PARAGRAPH not in [block.kind for block in read_html(page).blocks][-1:]
