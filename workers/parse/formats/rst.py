"""reStructuredText to blocks through docutils' document tree; roles and directives of Sphinx are read tolerantly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from agent.job.licences import spdx
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.dates import iso_date
from workers.parse.formats.locate import located
from workers.parse.parsed import Parsed

_UNKNOWN_ROLE = re.compile(r":[\w+.:-]+:`(?:[^`<]*?\s*)?([^`]*)`")
_SUBSTITUTION = re.compile(r"\|([^|]+)\|_{0,2}")
_DISPLAYED_TARGET = re.compile(r"^(.*?)\s*<[^>]*>$", re.DOTALL)
_SHOWN_PREFIX = re.compile(r"^[~!]")


def read_rst(text: str) -> Parsed:
    """The blocks of a reStructuredText document; title, authors, date and licence from its title and field list.

    Unknown roles give their text, unknown directives the content under them; nothing is included, fetched or run.
    """
    from docutils import nodes

    tree = _tree(text)
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


def _tree(text: str) -> Any:
    from docutils.core import publish_doctree

    _teach_tolerance()
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


@cache
def _teach_tolerance() -> None:
    """Let docutils take roles and directives it does not know, once in this process."""
    from docutils.parsers.rst import directives, roles

    known_role, known_directive = roles.role, directives.directive

    def role(name: str, language: Any, line: int, reporter: Any) -> Any:
        found, messages = known_role(name, language, line, reporter)
        return (found, messages) if found else (_plain_role, [])

    def directive(name: str, language: Any, document: Any) -> Any:
        if name in _SKIPPED:
            return _skipped(), []
        if name in _CODE:
            return _code_directive(), []
        if name == "figure":
            return _figure_directive(), []
        found, messages = known_directive(name, language, document)
        return (found, messages) if found else (_content_directive(), [])

    roles.role = role  # type: ignore[assignment]
    directives.directive = directive  # type: ignore[assignment]


_CODE = {"code-block", "sourcecode", "code", "testcode", "doctest", "ipython", "prompt"}
_SKIPPED = {
    "toctree", "image", "plot", "raw", "include", "literalinclude", "index", "contents", "highlight", "only",
    "currentmodule", "module", "automodule", "autoclass", "autofunction", "autosummary", "automethod", "testsetup",
    "bibliography", "meta", "default-role", "graphviz", "dropdown-toggle", "grid", "button-ref", "testoutput", "todo",
}  # fmt: skip
"""Directives that steer the site and hold no prose of the page."""


_LABEL_ROLES = {"ref", "numref", "doc", "eq", "cite"}
"""Roles whose bare text is a label, which Sphinx would replace by the title it finds there."""


def _words(label: str) -> str:
    return label.rsplit("/", 1)[-1].replace("_", " ").replace("-", " ").strip()


def _plain_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = None
) -> Any:
    """The text a reader would see: ``:ref:`Shown <target>``` gives Shown, ``:func:`~a.b``` gives b."""
    from docutils import nodes, utils

    shown = utils.unescape(text)
    if match := _DISPLAYED_TARGET.match(shown):
        shown = match[1] or shown.strip("<> ")
    elif name in _LABEL_ROLES:
        shown = _words(shown)
    elif shown.startswith("~"):
        shown = shown.rsplit(".", 1)[-1]
    return [nodes.inline(rawtext, _SHOWN_PREFIX.sub("", shown))], []


@cache
def _content_directive() -> Any:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Content(Directive):
        """Parses what stands under an unknown directive; its arguments and options are for Sphinx."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = _AnyOption()

        def run(self) -> list[nodes.Node]:
            holder = nodes.Element()
            self.state.nested_parse(self.content, self.content_offset, holder)
            return holder.children

    return Content


@cache
def _skipped() -> Any:
    from docutils.parsers.rst import Directive

    class Skipped(Directive):
        has_content = True
        optional_arguments = 100
        final_argument_whitespace = True
        option_spec = _AnyOption()

        def run(self) -> list[Any]:
            return []

    return Skipped


@cache
def _code_directive() -> Any:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Code(Directive):
        has_content = True
        optional_arguments = 1
        option_spec = _AnyOption()

        def run(self) -> list[nodes.Node]:
            text = "\n".join(self.content)
            return [nodes.literal_block(text, text, language=self.arguments[0] if self.arguments else "")]

    return Code


@cache
def _figure_directive() -> Any:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Figure(Directive):
        """The caption, which is the first paragraph, and the legend under it; the picture itself is not seen."""

        has_content = True
        optional_arguments = 100
        final_argument_whitespace = True
        option_spec = _AnyOption()

        def run(self) -> list[nodes.Node]:
            holder = nodes.Element()
            self.state.nested_parse(self.content, self.content_offset, holder)
            if holder.children and isinstance(holder.children[0], nodes.paragraph):
                holder.children[0] = nodes.caption("", "", *holder.children[0].children)
            return holder.children

    return Figure


class _AnyOption(dict[str, Any]):
    """An option table in which every option is known."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return str


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
    """What stands for markup that docutils could not resolve: of ``|some_name|`` and ``|name|_`` the words."""
    if match := _SUBSTITUTION.fullmatch(problematic):
        return _words(match[1])
    return _UNKNOWN_ROLE.sub(r"\1", problematic)


def _inline(node: Any) -> str:
    """The text of inline nodes: code in backquotes, mathematics in $, images and footnote marks not at all."""
    from docutils import nodes

    parts: list[str] = []
    for child in node.children:
        match child:
            case nodes.Text():
                parts.append(str(child))
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
