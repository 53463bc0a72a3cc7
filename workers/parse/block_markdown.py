"""One block as Markdown, and the block that a piece of such Markdown is."""

from __future__ import annotations

import re

from agent.job.records import Block, BlockKind
from workers.parse.inline_markdown import escape, unescape

_FENCE = re.compile(r"(`{3,})([\w+#.-]*)\n(.*)\n\1", re.DOTALL)
_LANGUAGE = re.compile(r"[\w+#.-]+")
_HEADING = re.compile(r"(#{1,6}) (.+)")
_ITEM = re.compile(r"((?:  )*)- (.*)")
_RUN_OF_TICKS = re.compile(r"`{3,}")
_CLOSING_MARKS = re.compile(r"(#+)$")


def to_body(block: Block) -> str:
    """The block as Markdown without blank lines outside code; '' where its text cannot be shown so."""
    text = block.text
    if not text.strip() and block.kind is not BlockKind.CODE:
        return ""
    match block.kind:
        case BlockKind.CODE:
            longest = max((len(run) for run in _RUN_OF_TICKS.findall(text)), default=2)
            fence = "`" * (longest + 1)
            language = block.language if _LANGUAGE.fullmatch(block.language) else ""
            return f"{fence}{language}\n{text}\n{fence}"
        case BlockKind.TABLE | BlockKind.FORMULA if _is_table(text) or _is_formula(text):
            return text
        case BlockKind.HEADING:
            title = _CLOSING_MARKS.sub(r"\\\1", escape(_line(text)))
            return f"{'#' * min(max(block.level, 1), 6)} {title}"
        case BlockKind.LIST:
            return "\n".join(_item(line) for line in text.split("\n"))
        case BlockKind.QUOTE:
            return "\n>\n".join(f"> {escape(line.strip())}" for line in text.split("\n"))
        case BlockKind.CAPTION:
            return f"*{escape(_line(text))}*"
        case _:
            return escape(_line(text))


def from_body(body: str) -> Block:
    """The block that a piece of Markdown from `to_body` is by itself; what else is known of it stands beside it."""
    if fenced := _FENCE.fullmatch(body):
        return Block(kind=BlockKind.CODE, text=fenced[3], language=fenced[2])
    if _is_table(body):
        return Block(kind=BlockKind.TABLE, text=body)
    if _is_formula(body):
        return Block(kind=BlockKind.FORMULA, text=body)
    if body.startswith("> "):
        lines = [unescape(line.removeprefix("> ")) for line in body.split("\n>\n")]
        return Block(kind=BlockKind.QUOTE, text="\n".join(lines))
    if titled := _HEADING.fullmatch(body):
        return Block(kind=BlockKind.HEADING, text=unescape(titled[2]), level=len(titled[1]))
    items = [_ITEM.fullmatch(line) for line in body.split("\n")]
    if all(items):
        return Block(kind=BlockKind.LIST, text="\n".join(f"{item[1]}- {unescape(item[2])}" for item in items if item))
    if len(body) > 2 and body[0] == body[-1] == "*" and body[-2] != "\\" and "\n" not in body:
        return Block(kind=BlockKind.CAPTION, text=unescape(body[1:-1]))
    return Block(kind=BlockKind.PARAGRAPH, text=unescape(body))


def _line(text: str) -> str:
    return " ".join(text.split())


def _item(line: str) -> str:
    found = _ITEM.fullmatch(line)
    return f"{found[1]}- {escape(found[2])}" if found else f"- {escape(line.strip())}"


def _is_table(text: str) -> bool:
    lines = text.split("\n")
    return len(lines) > 1 and all(line.startswith("|") for line in lines) and lines[1].startswith("| ---")


def _is_formula(text: str) -> bool:
    return len(text) > 4 and text.startswith("$$") and text.endswith("$$") and "\n\n" not in text
