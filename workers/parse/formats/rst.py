"""reStructuredText to blocks through docutils' document tree; roles and directives of Sphinx are read tolerantly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.job.licences import spdx
from agent.job.records import Block, Decision
from workers.parse import blocks
from workers.parse.dates import iso_date
from workers.parse.formats.locate import located
from workers.parse.formats.rst_tolerance import LABEL, teach_tolerance
from workers.parse.formats.text import read_text
from workers.parse.parsed import Parsed

_UNKNOWN_ROLE = re.compile(r":[\w+.:-]+:`(?:[^`<]*?\s*)?([^`]*)`")
_SUBSTITUTION = re.compile(r"(\|[^|]+\|)_{0,2}")
_CHARACTERS = {"|nbsp|": " ", "|copy|": "\u00a9", "|reg|": "\u00ae", "|trade|": "\u2122"}
"""Of docutils' definition set ``isonum.txt``, which nothing is included from: names that stand for nothing else."""


def read_rst(text: str) -> Parsed:
    """The blocks of a reStructuredText document; title, authors, date and licence from its title and field list.

    Unknown roles give their text, unknown directives the content under them; nothing is included, fetched or run. What
    docutils breaks on is read as plain text, with a decision that says so.
    """
    from docutils import nodes

    try:
        tree = _tree(text)
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        return _as_text(text, f"docutils broke on it: {type(error).__name__}: {error}")
    _title_labels(tree)
    found = [block for block in _blocks(tree, 1) if block.text.strip("|- \n")]
    fields = {
        field.children[0].astext().lower(): blocks.one_line(field.children[1].astext())
        for field in tree.findall(nodes.field)
        if len(field.children) == 2
    }
    author = next((node.astext() for node in tree.findall(nodes.author)), fields.get("author", ""))
    stated: dict[str, Any] = {
        "authors": (author,) if author else (),
        "date": iso_date(next((node.astext() for node in tree.findall(nodes.date)), fields.get("date", ""))),
        "licence": spdx(fields.get("license", fields.get("licence", ""))),
        "doi": fields.get("doi", "").lower().rpartition("doi.org/")[2],
        "language": fields.get("language", "")[:2].lower() if len(fields.get("language", "")) in (2, 5) else "",
    }
    obtained = {field: "field list" for field, value in stated.items() if value}
    title = next((block.text for block in found if block.level), "")
    if title:
        obtained["title"] = "first heading"
    return Parsed(blocks=located(found, text), parser="rst", title=title, obtained=obtained, **stated)


def _as_text(text: str, reason: str) -> Parsed:
    """What is left when docutils fails: its transforms trust each other, and damaged markup ends in a KeyError."""
    plain = read_text(text)
    broken = Decision(step="rst", choice="plain_text", reason=blocks.one_line(reason))
    return plain.model_copy(update={"decisions": (broken, *plain.decisions)})


def _tree(text: str) -> Any:
    from docutils.core import publish_doctree

    teach_tolerance()
    settings = {
        "report_level": 5,  # above 'severe': what Sphinx adds is unknown to docutils, and no fault
        "halt_level": 6,
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "doctitle_xform": False,
        "smart_quotes": False,
        "_disable_config": True,
        "line_length_limit": 1_000_000,
    }
    return publish_doctree(text, settings_overrides=settings)


def _title_labels(tree: Any) -> None:
    """Puts the title of a section of this document in the place of its label."""
    from docutils import nodes

    for node in [node for node in tree.findall(nodes.inline) if LABEL in node]:
        target = tree.ids.get(tree.nameids.get(nodes.fully_normalize_name(node[LABEL])))
        title = target.next_node(nodes.title) if isinstance(target, nodes.section) else None
        if title is not None:
            node.children = [nodes.Text(title.astext())]


def _blocks(node: Any, level: int) -> Iterator[Block]:
    from docutils import nodes

    for child in node.children:
        match child:
            case nodes.section():
                yield from _blocks(child, level + 1)
            case nodes.title() | nodes.subtitle() | nodes.rubric():
                yield blocks.heading(_inline(child), max(1, level - 1))
            case nodes.literal_block() | nodes.doctest_block():
                yield blocks.code(child.astext(), child.get("language", ""))
            case nodes.math_block():
                yield blocks.formula(child.astext())
            case nodes.bullet_list() | nodes.enumerated_list():
                yield from _list_blocks(child)
            case nodes.definition_list():
                yield blocks.listing([(0, _definition(item)) for item in child.children])
            case nodes.block_quote():
                yield from _quote_blocks(child, level)
            case nodes.caption():
                yield blocks.caption(_inline(child))
            case nodes.table():
                yield from (blocks.caption(_inline(title)) for title in child.findall(nodes.title))
                yield blocks.table([[_inline(cell) for cell in row.children] for row in child.findall(nodes.row)])
            case nodes.paragraph() | nodes.attribution() | nodes.line_block():
                yield blocks.paragraph(_inline(child))
            case nodes.comment() | nodes.system_message() | nodes.substitution_definition() | nodes.target():
                continue
            case nodes.field_list() | nodes.docinfo() | nodes.footnote() | nodes.citation() | nodes.image():
                continue
            case nodes.Element():
                yield from _blocks(child, level)


def _quote_blocks(node: Any, level: int) -> Iterator[Block]:
    """Indented prose is a quotation; indented lists and code are what they are."""
    from docutils import nodes

    if all(isinstance(child, (nodes.paragraph, nodes.attribution)) for child in node.children):
        yield blocks.quote("\n".join(_inline(child) for child in node.children))
    else:
        yield from _blocks(node, level)


def _list_blocks(node: Any) -> Iterator[Block]:
    from docutils import nodes

    items: list[tuple[int, str]] = []
    inside: list[Block] = []

    def collect(listed: Any, depth: int) -> None:
        for item in listed.children:
            items.append(
                (
                    depth,
                    " ".join(_inline(child) for child in item.children if isinstance(child, nodes.paragraph)),
                )
            )
            for child in item.children:
                if isinstance(child, (nodes.bullet_list, nodes.enumerated_list)):
                    collect(child, depth + 1)
                elif isinstance(child, (nodes.literal_block, nodes.table, nodes.math_block)):
                    holder = nodes.Element()
                    holder += child.deepcopy()
                    inside.extend(_blocks(holder, 1))

    collect(node, 0)
    yield blocks.listing(items)
    yield from inside


def _definition(item: Any) -> str:
    from docutils import nodes

    term = " ".join(_inline(child) for child in item.children if isinstance(child, nodes.term))
    meaning = " ".join(_inline(child) for child in item.children if isinstance(child, nodes.definition))
    return f"{term}: {meaning}"


def _shown(problematic: str) -> str:
    """What stands for markup that docutils could not resolve.

    ``|name|`` stays, for it is defined in a file that is not at hand (``rst_prolog`` of Sphinx): the words of its name
    would read well and be wrong, and nobody could tell that sentence from a good one.
    """
    if match := _SUBSTITUTION.fullmatch(problematic):
        return _CHARACTERS.get(match[1], match[1])
    return _UNKNOWN_ROLE.sub(r"\1", problematic)


def _inline(node: Any) -> str:
    """The text of inline nodes: code in backquotes, mathematics in $, images and footnote marks not at all."""
    from docutils import nodes

    parts: list[str] = []
    for child in node.children:
        match child:
            case nodes.Text():
                parts.append(child.astext())
            case nodes.literal():
                parts.append(f"`{child.astext()}`")
            case nodes.math():
                parts.append(f"${child.astext()}$")
            case nodes.image() | nodes.footnote_reference() | nodes.system_message() | nodes.comment() | nodes.target():
                continue
            case nodes.problematic():
                parts.append(_shown(child.astext()))
            case nodes.Element():
                parts.append(_inline(child) + " " * isinstance(child, nodes.Body))
    return "".join(parts)
