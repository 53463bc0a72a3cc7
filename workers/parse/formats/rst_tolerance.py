"""Lets docutils take the roles and directives of Sphinx and others: each gives the text a reader would see, or nothing.

Nothing is included, fetched or run.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_DISPLAYED_TARGET = re.compile(r"^(.*?)\s*<[^>]*>$", re.DOTALL)
_SHOWN_PREFIX = re.compile(r"^[~!]")


@cache
def teach_tolerance() -> None:
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
LABEL = "label"
"""The attribute that keeps the label of such a role for who knows the whole document."""


def _plain_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = None
) -> Any:
    """The text a reader would see: ``:ref:`Shown <target>``` gives Shown, ``:func:`~a.b``` gives b.

    A bare label stays as it is written: what stands for it may be in another file, and a sentence with the words of
    its name reads well and is wrong.
    """
    from docutils import nodes, utils

    shown = utils.unescape(text)
    if match := _DISPLAYED_TARGET.match(shown):
        shown = match[1] or shown.strip("<> ")
    elif name in _LABEL_ROLES:
        return [nodes.inline(rawtext, rawtext, **{LABEL: shown})], []
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
