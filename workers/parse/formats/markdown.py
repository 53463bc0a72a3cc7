"""Markdown to blocks: CommonMark with tables and TeX mathematics; front matter gives title, authors, date, licence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.job.licences import spdx
from agent.job.records import Block, BlockKind
from workers.parse import blocks
from workers.parse.dates import iso_date
from workers.parse.formats.source import Source
from workers.parse.parsed import Parsed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

# What site generators write between the lines: Liquid and Hugo tags, DocFX and MyST directives, admonition marks.
_GENERATOR_TAGS = re.compile(r"\{%.{0,500}?%\}|\{\{[<%].{0,500}?[%>]\}\}|\{\{[\w.|\s]{1,200}\}\}", re.DOTALL)
_DIRECTIVE_LINES = re.compile(
    r"^[ \t]*:::.*$|^[ \t]*!?\[!INCLUDE\b.*$|^(?:>[ \t]*)?\[!\w+\][ \t]*$", re.MULTILINE | re.IGNORECASE
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_STYLED = re.compile(r"<(style|script|svg|iframe)\b.{0,20000}?</\1\s*>", re.DOTALL | re.IGNORECASE)


def read_markdown(text: str) -> Parsed:
    """The blocks of a Markdown document and its front matter (YAML, between ``---`` lines at the top)."""
    matter, start = front_matter(text)
    found = markdown_blocks(text, start)
    heading = next((block.text for block in found if block.level), "")
    authors = matter.get("authors") or matter.get("author") or ()
    stated: dict[str, Any] = {
        "title": _text(matter.get("title")),
        "authors": tuple(filter(None, map(_text, [authors] if isinstance(authors, str) else authors))),
        "date": iso_date(_text(matter.get("date") or matter.get("ms.date"))),
        "licence": spdx(_text(matter.get("license") or matter.get("licence") or matter.get("rights"))),
        "doi": _text(matter.get("doi")).lower().rpartition("doi.org/")[2],
        "language": _text(matter.get("lang") or matter.get("language"))[:2].lower(),
    }
    obtained = {field: "front matter" for field, value in stated.items() if value}
    if heading and not stated["title"]:
        stated["title"], obtained["title"] = heading, "first heading"
    return Parsed(blocks=tuple(found), parser="markdown", obtained=obtained, **stated)


def front_matter(text: str) -> tuple[Mapping[str, Any], int]:
    """The front matter as a mapping, and the offset of the text after it; broken front matter reads as empty."""
    import frontmatter
    import yaml

    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        cut = _BROKEN_MATTER.match(text)
        return {}, cut.end() if cut else 0
    matter = post.metadata if isinstance(post.metadata, dict) else {}
    return matter, text.rfind(post.content) if matter else 0


_BROKEN_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def markdown_blocks(text: str, start: int = 0) -> list[Block]:
    """The blocks of Markdown text from an offset on, each with its offsets in the whole text."""
    from markdown_it.tree import SyntaxTreeNode

    source = Source(text, start)
    tree = SyntaxTreeNode(_reader().parse(_without_generator_marks(text[start:])))
    return [block for block in _blocks(tree.children, source) if block.text.strip("|-$ \n")]


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.admon import admon_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    # Mathematics is protected first: emphasis would eat the underscores of $a_i b_i$.
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(dollarmath_plugin, double_inline=True)
    return reader.use(footnote_plugin).use(admon_plugin)


def _without_generator_marks(text: str) -> str:
    """Generator tags removed outside fenced code, where they would be the subject itself; lines keep their numbers."""
    parts: list[str] = []
    position, fence = 0, ""
    for match in _FENCE.finditer(text):
        if not fence:
            parts.append(_unmarked(text[position : match.start()]))
            position, fence = match.start(), match[1]
        elif match[1].startswith(fence):
            parts.append(text[position : match.end()])
            position, fence = match.end(), ""
    parts.append(text[position:] if fence else _unmarked(text[position:]))
    return "".join(parts)


def _unmarked(text: str) -> str:
    for pattern in (_GENERATOR_TAGS, _STYLED, _DIRECTIVE_LINES):
        text = pattern.sub(lambda found: "\n" * found[0].count("\n"), text)
    return text


def _blocks(nodes: Sequence[SyntaxTreeNode], source: Source) -> Iterator[Block]:
    for node in nodes:
        yield from source.placed(_block(node, source), node.map)


def _block(node: SyntaxTreeNode, source: Source) -> Iterator[Block]:
    match node.type:
        case "heading":
            yield blocks.heading(_inline(node), int(node.tag[1]))
        case "paragraph":
            yield from _paragraph(node)
        case "fence" | "code_block":
            yield blocks.code(node.content, (node.info or "").partition(" ")[0].strip("{}. "))
        case "math_block" | "math_block_label" | "amsmath":
            yield blocks.formula(node.content)
        case "bullet_list" | "ordered_list":
            yield from _list_blocks(node, source)
        case "blockquote":
            inner = list(_blocks(node.children, source))
            prose = "\n".join(block.text for block in inner if block.kind is BlockKind.PARAGRAPH)
            if prose:
                yield blocks.quote(prose)
            yield from (block for block in inner if block.kind is not BlockKind.PARAGRAPH)
        case "table":
            yield blocks.table(
                [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]
            )
        case "html_block":
            yield from _html_blocks(node.content)
        case "admonition_title" if _inline(node).strip().casefold() in _ADMONITIONS:
            pass
        case "admonition_title":
            yield from _paragraph(node)
        case "admonition" | "footnote_block" | "footnote":
            yield from _blocks(node.children, source)


_ADMONITIONS = frozenset(
    ("note", "tip", "warning", "caution", "important", "info", "danger", "hint", "attention", "example", "abstract",
     "success", "question", "failure", "bug", "quote", "summary", "see also", "seealso", "error", "admonition")
)  # fmt: skip
"""Titles that an admonition has when its author gave it none."""


def _paragraph(node: SyntaxTreeNode) -> Iterator[Block]:
    """A paragraph, in parts where displayed formulas stand in it."""
    running: list[SyntaxTreeNode] = []
    for inner in [part for child in node.children for part in (child.children if child.type == "inline" else [child])]:
        if inner.type == "math_inline_double":
            yield blocks.paragraph(_texts(running))
            yield blocks.formula(inner.content)
            running = []
        else:
            running.append(inner)
    yield blocks.paragraph(_texts(running))


def _list_blocks(node: SyntaxTreeNode, source: Source) -> Iterator[Block]:
    """The list as one block, then the code, tables and formulas that stood inside its items."""
    items: list[tuple[int, str]] = []
    inside: list[Block] = []
    _collect_items(node, 0, items, inside, source)
    if items:
        yield blocks.listing(items)
    yield from inside


def _collect_items(
    node: SyntaxTreeNode, depth: int, items: list[tuple[int, str]], inside: list[Block], source: Source
) -> None:
    for item in node.children:
        own = [_inline(child) for child in item.children if child.type in ("paragraph", "heading")]
        items.append((depth, " ".join(own)))
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                _collect_items(child, depth + 1, items, inside, source)
            elif child.type not in ("paragraph", "heading"):
                inside += _blocks([child], source)


def _html_blocks(content: str) -> list[Block]:
    """Blocks of raw HTML between Markdown paragraphs; figures without text and comments give none."""
    import lxml.html
    from lxml.etree import ParserError

    from workers.parse.html.markup import to_blocks

    try:
        return to_blocks(lxml.html.fragment_fromstring(content, create_parent="div"))
    except (ParserError, AssertionError):  # lxml asserts that a fragment which opens a page has a body
        return []


def _inline(node: SyntaxTreeNode) -> str:
    """The text of inline content: links by their words, images not at all, code in backquotes, mathematics in $."""
    return _texts(node.children)


def _texts(nodes: Sequence[SyntaxTreeNode]) -> str:
    parts: list[str] = []
    for inner in nodes:
        match inner.type:
            case "text":
                parts.append(inner.content)
            case "code_inline":
                parts.append(f"`{inner.content}`")
            case "math_inline":
                parts.append(f"${inner.content}$")
            case "math_inline_double":
                parts.append(f"$${inner.content.strip()}$$")
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "image" | "html_inline" | "footnote_ref" | "footnote_anchor":
                continue
            case _:
                parts.append(_inline(inner))
    return "".join(parts)


def _text(value: object) -> str:
    """A front matter value as one line; nothing for empty and nested values."""
    return "" if value is None or isinstance(value, (list, dict)) else blocks.one_line(str(value))
