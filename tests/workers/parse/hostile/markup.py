"""Hostile markup: HTML, XML, Markdown, reStructuredText, LaTeX and notebooks."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from pathlib import Path

from tests.workers.parse.hostile.hostile import SECRET, Hostile, ends

SECRET_FILE = Path("/tmp/finetune-hostile-secret.txt")
"""Named by documents that want a file of this machine; see `planted`."""
WORDS = b"Words that anybody may read, and that say nothing of interest. "
_PARAGRAPH = b"<p>" + WORDS * 3 + b"</p>"
MB = 1 << 20


def planted() -> None:
    """Write the file that documents ask for."""
    SECRET_FILE.write_text(SECRET)


def html(body: bytes, head: bytes = b"") -> bytes:
    """A page."""
    return b"<!doctype html><html><head><title>A page</title>%b</head><body>%b%b</body></html>" % (
        head,
        _PARAGRAPH,
        body,
    )


def nested(tag: bytes, depth: int) -> bytes:
    """An element inside itself."""
    return b"<%b>" % tag * depth + WORDS + b"</%b>" % tag * depth


def laughs(root: str, opening: str = "") -> bytes:
    """Ten entities, each ten times the one before: 3 GB of 'lol'."""
    entities = '<!ENTITY a0 "lol">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [{entities}]><{root}{opening}><body><p>&a9;</p></body></{root}>'
    ).encode()


def quadratic(root: str, opening: str = "") -> bytes:
    """One entity of a megabyte, named a thousand times."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "{"lol " * 262_144}">]>'
        f"<{root}{opening}><body><p>{'&a;' * 1000}</p></body></{root}>"
    ).encode()


def outside(root: str, opening: str = "") -> bytes:
    """Entities that name a file of the machine and an address, also as a part of the document type."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY file SYSTEM "{SECRET_FILE.as_uri()}">'
        f'<!ENTITY % remote SYSTEM "http://127.0.0.1:9/x.dtd"> %remote; <!ENTITY net SYSTEM "http://127.0.0.1:9/x">]>'
        f"<{root}{opening}><body><p>Words before &file; and &net; after, and more of them.</p></body></{root}>"
    ).encode()


_ARTICLE = ' dtd-version="1.3" article-type="research-article"'
_XHTML = ' xmlns="http://www.w3.org/1999/xhtml"'


def jats(body: bytes) -> bytes:
    """An article."""
    return b'<?xml version="1.0"?><article%b><body>%b</body></article>' % (_ARTICLE.encode(), body)


def markdown_nested_lists(depth: int) -> bytes:
    """Each item one step deeper than the last."""
    return b"".join(b"  " * level + b"- item\n" for level in range(depth))


def yaml_laughs() -> bytes:
    """Front matter whose aliases multiply."""
    lines = [b'a0: &a0 ["lol","lol"]'] + [
        b"a%d: &a%d [%b]" % (level, level, b",".join([b"*a%d" % (level - 1)] * 10)) for level in range(1, 10)
    ]
    return b"---\n" + b"\n".join(lines) + b"\ntitle: *a9\n---\n\n# Words\n\n" + WORDS * 5


def rst_reaching_out() -> bytes:
    """Directives that read files, fetch addresses and pass markup through."""
    return f"""A title
=======

{WORDS.decode() * 2}

.. include:: {SECRET_FILE}
.. literalinclude:: {SECRET_FILE}
.. csv-table:: Table
   :file: {SECRET_FILE}
.. csv-table:: Table
   :url: http://127.0.0.1:9/
.. raw:: html
   :file: {SECRET_FILE}

.. raw:: html

   <script>alert('RAW-HTML')</script>

.. role:: rawhtml(raw)
   :format: html

.. |a| replace:: |b|
.. |b| replace:: |a|

Text with |a| in it.
""".encode()


def notebook(*cells: dict[str, object]) -> bytes:
    """A notebook of these cells."""
    prose = {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n", "\n", WORDS.decode() * 3]}
    return json.dumps({"cells": [prose, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def notebook_with_picture() -> bytes:
    """100 MB of base64 in one output."""
    picture = base64.b64encode(bytes(75 * MB)).decode()
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
    return notebook({"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "1", "outputs": [output]})


def notebook_of_wrong_types() -> bytes:
    """Fields that are anything but what the format says."""
    return notebook(
        {"cell_type": "markdown", "source": 7},
        {"cell_type": "code", "source": None, "outputs": "none"},
        {"cell_type": ["markdown"], "source": {"a": 1}},
        {"source": [1, None, ["a"]]},
        {},
    )


def latex_laughs() -> str:
    """Twelve macros, each ten times the one before."""
    macros = ["\\a" + "abcdefghijklm"[level] for level in range(13)]
    return (
        "\\def\\aa{lol}"
        + "".join(f"\\newcommand{{{macro}}}{{{before * 10}}}" for before, macro in itertools.pairwise(macros))
        + macros[-1]
    )


def tex(body: str) -> bytes:
    """A LaTeX document."""
    return (
        f"\\documentclass{{article}}\n\\begin{{document}}\n{WORDS.decode() * 3}\n\n{body}\n\\end{{document}}\n".encode()
    )


_ANY = ends("read", "too_complex", "no_text", "corrupt_notebook", "corrupt_latex")
_BOMB = _ANY | ends("too_much_memory", "too_much_text", "parser_timeout")
_CUT_OFF = ends("too_complex")
"""The parser stops in them: what it had read so far is not the document, and may not pass for it."""
_XML = _BOMB | ends("corrupt_xml", "unsupported_format")

MARKUP = (
    Hostile("html-div-100000-deep", ".html", lambda: html(nested(b"div", 100_000)), _CUT_OFF, slow=True),
    Hostile("html-bold-100000-deep", ".html", lambda: html(nested(b"b", 100_000)), _CUT_OFF),
    Hostile("html-lists-100000-deep", ".html", lambda: html(b"<ul><li>a" * 100_000), _CUT_OFF),
    Hostile("html-tables-20000-deep", ".html", lambda: html(b"<table><tr><td>a" * 20_000), _CUT_OFF),
    Hostile("html-unclosed-fonts", ".html", lambda: html(b"<p><font><b><i>a" * 50_000), _CUT_OFF, slow=True),
    Hostile(
        "html-50-MB-line",
        ".html",
        lambda: html(b"<p>" + WORDS * (50 * MB // len(WORDS)) + b"</p>"),
        _CUT_OFF,
        slow=True,
    ),
    Hostile("html-50-MB-of-tags", ".html", lambda: html(b"<a href=x>b</a>" * (50 * MB // 15)), _BOMB, slow=True),
    Hostile(
        "html-million-list-items",
        ".html",
        lambda: html(b"<ul>" + b"<li>An item" * 1_000_000 + b"</ul>"),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "html-table-of-a-million-cells",
        ".html",
        lambda: html(b"<table>" + (b"<tr>" + b"<td>7" * 1000) * 1000 + b"</table>"),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "html-cell-that-spans-everything",
        ".html",
        lambda: html(b"<table>" + b"<tr><td colspan=2000000000 rowspan=2000000000>a<td>b" * 50 + b"</table>"),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "html-50000-attributes",
        ".html",
        lambda: html(b"<p " + b" ".join(b"a%d=1" % i for i in range(50_000)) + b">a"),
        _BOMB,
        slow=True,
    ),
    Hostile("html-20-MB-attribute", ".html", lambda: html(b'<p title="' + b"x" * (20 * MB) + b'">a'), _BOMB, slow=True),
    Hostile("html-comment-never-closed", ".html", lambda: html(b"<!--" * 100_000), _ANY),
    Hostile(
        "html-json-ld-100000-deep",
        ".html",
        lambda: html(b"", b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>"),
    ),
    Hostile(
        "html-json-ld-number-of-100000-digits",
        ".html",
        lambda: html(
            b"", b'<script type="application/ld+json">{"@type":"Article","headline":' + b"9" * 100_000 + b"}</script>"
        ),
    ),
    Hostile(
        "html-svg-and-mathml-scripts",
        ".html",
        lambda: html(
            b"<svg><script>alert('RAW-SCRIPT')</script><foreignObject><p>In a picture</p></foreignObject></svg>"
            b"<math><annotation-xml encoding=text/html><script>alert('RAW-SCRIPT')</script></annotation-xml>"
            + b"<mrow>" * 20_000
            + b"</math><template><script>alert('RAW-SCRIPT')</script></template>"
        ),
        _CUT_OFF,
    ),
    Hostile(
        "html-nulls-and-controls",
        ".html",
        lambda: html(b"<p>A null \0 and \x01\x02\x7f\x0b controls, &#0;&#xD800;&#x110000;&#x1;.</p>"),
    ),
    Hostile("html-right-to-left-overrides", ".html", lambda: html("<p>‮gnp.exe‬ and ⁦words⁩‏</p>".encode() * 100)),
    Hostile("html-says-utf-16-is-utf-8", ".html", lambda: html(b"", b"<meta charset=utf-16>")),
    Hostile("html-says-utf-7", ".html", lambda: html(b"<p>+ADw-script+AD4-</p>", b"<meta charset=utf-7>")),
    Hostile(
        "html-says-nonsense",
        ".html",
        lambda: html(b"", b"<meta charset=base64>"),
        media_type="text/html; charset=zip_codec",
    ),
    Hostile(
        "html-invalid-utf-8", ".html", lambda: html(b"<p>\xff\xfe\xed\xa0\x80\xf5\xc0\x80 and more words</p>" * 50)
    ),
    Hostile(
        "html-gzipped", ".html", lambda: gzip.compress(html(b"")), ends("unsupported_format"), media_type="text/html"
    ),
    Hostile("html-called-pdf", ".pdf", lambda: html(b""), media_type="application/pdf"),
    Hostile("xhtml-billion-laughs", ".xhtml", lambda: laughs("html", _XHTML), _XML),
    Hostile("xhtml-outside-entities", ".xhtml", lambda: outside("html", _XHTML), _XML),
    Hostile("jats-billion-laughs", ".xml", lambda: laughs("article", _ARTICLE), _XML),
    Hostile("jats-quadratic-entities", ".xml", lambda: quadratic("article", _ARTICLE), _XML),
    Hostile("jats-outside-entities", ".xml", lambda: outside("article", _ARTICLE), _XML),
    Hostile("jats-100000-deep", ".xml", lambda: jats(nested(b"sec", 100_000)), _XML),
    Hostile("jats-250-deep", ".xml", lambda: jats(b"<sec>" * 240 + b"<p>%b</p>" % WORDS + b"</sec>" * 240), _XML),
    Hostile("jats-cut-off", ".xml", lambda: jats(b"<sec><p>" + WORDS * 100)[:3000], _XML),
    Hostile("markdown-quotes-100000-deep", ".md", lambda: b"# A title\n\n" + b">" * 100_000 + b" a\n", _BOMB),
    Hostile(
        "markdown-lists-2000-deep", ".md", lambda: b"# A title\n\n" + markdown_nested_lists(2000), _BOMB, slow=True
    ),
    Hostile(
        "markdown-brackets", ".md", lambda: b"# A title\n\n" + b"[" * 100_000 + b"a" + b"](" * 50_000, _BOMB, slow=True
    ),
    Hostile("markdown-pictures", ".md", lambda: b"# A title\n\n" + b"![[" * 50_000, _BOMB, slow=True),
    Hostile("markdown-emphasis", ".md", lambda: b"# A title\n\n" + b"*a **a _a __a " * 20_000, _BOMB, slow=True),
    Hostile("markdown-backticks", ".md", lambda: b"# A title\n\n" + b" ".join(b"`" * n for n in range(1, 1500)), _BOMB),
    Hostile("markdown-entities-and-angles", ".md", lambda: b"# A title\n\n" + b"<a " * 50_000 + b"&" * 100_000, _BOMB),
    Hostile(
        "markdown-references",
        ".md",
        lambda: b"# A title\n\n" + b"[a]: /b\n" * 50_000 + b"[a]" * 50_000,
        _BOMB,
        slow=True,
    ),
    Hostile("markdown-dollars", ".md", lambda: b"# A title\n\n" + b"$" * 100_001 + b" a $b " * 20_000, _BOMB),
    Hostile("markdown-front-matter-laughs", ".md", yaml_laughs, _BOMB),
    Hostile(
        "markdown-front-matter-python",
        ".md",
        lambda: (
            b"---\ntitle: !!python/object/apply:os.system ['touch /tmp/finetune-hostile-ran']\n---\n\n# A title\n\n"
            + WORDS * 5
        ),
        _ANY,
    ),
    Hostile("markdown-50-MB-line", ".md", lambda: b"# A title\n\n" + WORDS * (50 * MB // len(WORDS)), _BOMB, slow=True),
    Hostile("markdown-million-items", ".md", lambda: b"# A title\n\n" + b"- An item\n" * 1_000_000, _BOMB, slow=True),
    Hostile(
        "markdown-table-of-a-million-cells",
        ".md",
        lambda: b"|a" * 1000 + b"|\n" + b"|-" * 1000 + b"|\n" + (b"|7" * 1000 + b"|\n") * 1000,
        _BOMB,
        slow=True,
    ),
    Hostile("rst-reaches-out", ".rst", rst_reaching_out, _ANY, slow=True),
    Hostile(
        "rst-quotes-5000-deep",
        ".rst",
        lambda: b"Title\n=====\n\n" + b"".join(b" " * n + b"a\n\n" for n in range(5000)),
        _BOMB,
        slow=True,
    ),
    Hostile("rst-inline-marks", ".rst", lambda: b"Title\n=====\n\n" + b"*a `b ``c |d " * 5_000, _BOMB, slow=True),
    Hostile("rst-includes-itself", ".rst", lambda: b"Title\n=====\n\n.. include:: document\n\n" + WORDS * 5, _ANY),
    Hostile(
        "rst-table-of-100000-cells",
        ".rst",
        lambda: b"Title\n=====\n\n" + (b"+--" * 100 + b"+\n" + b"|7 " * 100 + b"|\n") * 1000 + b"+--" * 100 + b"+\n",
        _BOMB,
        slow=True,
    ),
    Hostile(
        "latex-recursive-macros",
        ".tex",
        lambda: tex("\\def\\a{\\a\\a}\\a \\newcommand{\\b}[1]{\\b{#1#1}}\\b{x}"),
        _BOMB,
    ),
    Hostile("latex-macro-laughs", ".tex", lambda: tex(latex_laughs()), _BOMB, slow=True),
    Hostile("latex-braces-100000-deep", ".tex", lambda: tex("{" * 100_000 + "a" + "}" * 100_000), _BOMB, slow=True),
    Hostile(
        "latex-environments-20000-deep", ".tex", lambda: tex("\\begin{itemize}\\item a " * 20_000), _BOMB, slow=True
    ),
    Hostile(
        "latex-reads-files",
        ".tex",
        lambda: tex(
            f"\\input{{{SECRET_FILE}}}\\include{{{SECRET_FILE}}}\\verbatiminput{{{SECRET_FILE}}}\\lstinputlisting{{{SECRET_FILE}}}"
            "\\immediate\\write18{touch /tmp/finetune-hostile-ran}\\openin1=/etc/passwd"
        ),
        _ANY,
        slow=True,
    ),
    Hostile("latex-dollars", ".tex", lambda: tex("$" * 50_001 + "\\[" * 10_000), _BOMB),
    Hostile(
        "notebook-100000-deep",
        ".ipynb",
        lambda: b'{"nbformat": 4, "cells": ' + b"[" * 100_000,
        ends("read", "too_complex", "unsupported_format", "malformed", "damaged"),
    ),
    Hostile(
        "notebook-lone-surrogates",
        ".ipynb",
        lambda: notebook(
            {
                "cell_type": "markdown",
                "metadata": {},
                "source": "Lone \ud800 and \udfff halves and a \0 null " + WORDS.decode(),
            }
        ),
    ),
    Hostile("notebook-of-wrong-types", ".ipynb", notebook_of_wrong_types, _ANY | ends("unsupported_format")),
    Hostile(
        "notebook-number-of-100000-digits",
        ".ipynb",
        lambda: notebook().replace(b'"nbformat": 4', b'"nbformat": ' + b"4" * 100_000),
        _ANY | ends("unsupported_format"),
    ),
    Hostile("notebook-100-MB-picture", ".ipynb", notebook_with_picture, slow=True),
    Hostile(
        "notebook-200000-cells",
        ".ipynb",
        lambda: notebook(*[{"cell_type": "markdown", "metadata": {}, "source": "A cell"}] * 200_000),
        _BOMB,
        slow=True,
    ),
)
