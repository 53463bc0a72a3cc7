"""What the fuzzer starts from, documents of every format, and how it breaks them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

import agent.demo
from tests.workers.parse.hostile.archives import docx, epub
from tests.workers.parse.hostile.markup import jats, notebook, rst_reaching_out, tex
from tests.workers.parse.papers import column, paper

MAX_BYTES = 200_000
"""Larger inputs are slow to read and say nothing that smaller ones do not."""
_RECORDED = Path(__file__).parents[5] / "shared" / "data"
_RECORDED_EACH = 12

_MARKDOWN = b"""---
title: A note
---

# A title

Words with *emphasis*, `code`, [a link](http://a.b/c) and $x^2$ in them.

- one
  - two
    1. three

> A quote

| a | b |
|---|---|
| 1 | 2 |

```python
print(1)
```

$$
E = mc^2
$$
"""
_HTML = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<script type="application/ld+json">{"@type": "Article", "headline": "A page", "license": "http://a.b/c"}</script></head>
<body><nav><a href="/">Home</a></nav><article><h1>A page</h1><p>Words <b>in</b> a paragraph, and <code>code</code>.</p>
<ul><li>one<ul><li>two</li></ul></li></ul><table><tr><th>a<td colspan="2">b</table><pre>x = 1</pre>
<math><mi>x</mi><annotation encoding="application/x-tex">x</annotation></math>
<blockquote>said</blockquote></article></body></html>
"""
_JATS = b"""<front><article-meta><article-id pub-id-type="doi">10.1/a</article-id><title-group><article-title>A title
</article-title></title-group><permissions><license><license-p>CC BY</license-p></license></permissions>
</article-meta></front>
<body><sec><title>One</title><p>Words <italic>in</italic> a paragraph.</p>
<list><list-item><p>an item</p></list-item></list>
<table-wrap><table><tr><td>1</td></tr></table></table-wrap><disp-formula><tex-math>x</tex-math></disp-formula></sec></body>"""
_LATEX = (
    r"\section{One} Words \emph{in} a paragraph \cite{a}. \begin{itemize}\item one \item two\end{itemize} $x^2$ "
    r"\begin{equation}x\end{equation}\begin{verbatim}code\end{verbatim}\begin{tabular}{ll}a & b\\ c & d\end{tabular}"
)

TOKENS = {
    ".html": b"<div>|</div>|<p>|<table>|<tr><td rowspan=9>|<li>|<!--|-->|<script>|</script>|<svg>|<math>|<template>"
    b"|&#0;|&amp;|<![CDATA[|<?x|<pre>|<select><option>|<base href=//a>|<meta charset=utf-16>|<|>|\"|='",
    ".md": b"# |> |- |1. |```|~~~|$$|$|**|_|[|](|)|![|<b>|---\n|\t|    |\n\n|[a]: b\n|[^1]|:::|<!--|&#x0;",
    ".rst": b".. |::|``|`_|=====\n|+--+\n|  - |.. include:: a\n|.. image:: a\n|:role:`|_a: |\n\n|   |*|**|:a: b\n",
    ".xml": b"<sec>|</sec>|<p>|<![CDATA[|]]>|&a;|&#x1;|<xref rid='a'>|<table>|<list>|xmlns=''|<?xml|<!DOCTYPE a>"
    b"|<mml:math>|</body>",
    ".ipynb": b'{|}|[|]|"|,|:|null|1e999|-0|"\\ud800"|"cells"|"source"|"outputs"|"nbformat": 4|true|"text/html"|[[[[',
    ".tex": b"\\begin{|\\end{|{|}|$|$$|\\[|\\item |%|\\\\|&|\\def\\a{|\\newcommand{\\a}[9]{|\\input{a}|\\verb|"
    b"\\section{|\\a|#1|~|\\cite{",
    ".pdf": b"obj|endobj|stream|endstream|<<|>>|[|]|/Length 9999999|/Kids|/Count -1|R|0 0 R|3 0 R|/Filter /FlateDecode"
    b"|xref|trailer|BT|ET|Tj|TJ|Do|q|Q|(|)|/Type /Page|-1|99999999999|%%EOF|/Encrypt",
    ".txt": b"\n\n|\x0c|\r\n|. . . .|a@b.c|http://|+1 555|\xff|\xc2|\xed\xa0\x80|\xe2\x80\xae|\t| ",
}
"""Extension -> pieces that mean something in the format, with | between them."""
_ANYWHERE = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf5",
    b"\xe2\x80\xae",
    b"9" * 5000,
    b"(" * 3000,
    b" " * 3000,
)


@dataclass(frozen=True)
class Input:
    """A document before it is broken."""

    name: str
    extension: str
    content: bytes


def inputs() -> list[Input]:
    """Documents of every format: our own, the demo's, and recorded ones where they lie beside the checkout."""
    own = [
        Input("page", ".html", _HTML),
        Input("note", ".md", _MARKDOWN),
        Input("article", ".xml", jats(b"").replace(b"<body></body>", _JATS)),
        Input("manual", ".rst", rst_reaching_out()),
        Input("paper", ".tex", tex(_LATEX)),
        Input("notebook", ".ipynb", notebook()),
        Input("text", ".txt", _MARKDOWN.replace(b"#", b"") * 3),
        Input("pdf", ".pdf", paper([column(["Words in a line of a paper, and more of them."] * 20, 60, 80)] * 2)),
        Input("book", ".epub", epub()),
        Input("letter", ".docx", docx()),
    ]
    demo = Path(next(iter(agent.demo.__path__))) / "site"
    found = [*sorted(demo.rglob("*")), *_recorded()]
    known = {*TOKENS, ".epub", ".docx"} - {".xml"}  # those found are feeds and maps of sites, which have no reader
    real = [
        Input(path.name, path.suffix, path.read_bytes()[:MAX_BYTES])
        for path in found
        if path.is_file() and path.suffix in known
    ]
    return own + real


def _recorded() -> list[Path]:
    files: list[Path] = []
    for pattern in ("html/**/*.html", "corpus-quantum/**/*.*"):
        every = sorted(_RECORDED.glob(pattern))
        files += every[:: max(1, len(every) // _RECORDED_EACH)]
    return files


def mutated(documents: list[Input]) -> st.SearchStrategy[tuple[Input, bytes]]:
    """A document, and its bytes after one to six mutations."""
    by_extension: dict[str, list[Input]] = {}
    for document in documents:
        by_extension.setdefault(document.extension, []).append(document)
    return st.builds(
        _mutate,
        st.sampled_from(sorted(by_extension)).flatmap(lambda extension: st.sampled_from(by_extension[extension])),
        st.sampled_from(documents),
        st.lists(
            st.tuples(st.sampled_from(sorted(_MUTATIONS)), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1)),
            min_size=1,
            max_size=6,
        ),
    )


def _mutate(document: Input, other: Input, steps: list[tuple[str, float, float, int]]) -> tuple[Input, bytes]:
    content = document.content
    pieces = (*TOKENS.get(document.extension, b"").split(b"|"), *_ANYWHERE)
    for kind, at, share, number in steps:
        start = int(at * len(content))
        end = start + int(share * share * min(len(content) - start, 4000))
        content = _MUTATIONS[kind](content, start, end, number, other.content, pieces)[:MAX_BYTES]
    return document, content


def _flip(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    flipped = bytearray(content)
    for place in range(start, min(end + 1, len(content)), 1 + number % 37):
        flipped[place] ^= 1 << (number % 8)
    return bytes(flipped)


def _cut(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    return content[:start]


def _drop(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    return content[:start] + content[end:]


def _repeat(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    return content[:end] + content[start:end] * (1 + number % 50) + content[end:]


def _splice(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    place = number % (len(other) + 1)
    return content[:start] + other[place : place + max(20, end - start)] + content[end:]


def _insert(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    piece = pieces[number % len(pieces)]
    return content[:start] + piece * (1 + (number >> 16) % 400 if number % 5 == 0 else 1) + content[start:]


def _swap(content: bytes, start: int, end: int, number: int, other: bytes, pieces: tuple[bytes, ...]) -> bytes:
    middle = (start + end) // 2
    return content[:start] + content[middle:end] + content[start:middle] + content[end:]


_MUTATIONS = {
    "flip bits": _flip,
    "cut off": _cut,
    "drop": _drop,
    "repeat": _repeat,
    "splice": _splice,
    "insert a piece of the grammar": _insert,
    "swap": _swap,
}
