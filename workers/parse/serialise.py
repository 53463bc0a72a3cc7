"""A `Document` as Markdown with YAML front matter, for people and for programs, and back without loss.

What Markdown cannot say (page, place in the source, confidence) stands in a comment before its block:
``<!-- block {"page":3} -->``. Rendered, or without these marks, it is Markdown like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from agent.job.records import Block, BlockKind, Document
from workers.parse.block_markdown import from_body, to_body

_FOR_PEOPLE = ("title", "authors", "date", "doi", "language", "licence", "url")
_MARK = re.compile(r"<!-- block (\{.*\}) -->")
_APART = "<!-- -->"
"""Between two lists, which Markdown would take for one (CommonMark 5.3)."""
_FENCE = re.compile(r"(`{3,})[\w+#.-]*")
_UNSHOWN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that YAML, an editor or a line reader would not leave as they are."""


def to_markdown(document: Document, *, marks: bool = True) -> str:
    """The document as Markdown; with ``marks``, `from_markdown` gives the same document of it.

    Without them it is for people: the front matter tells what the document is, and nothing stands between the blocks.
    """
    import yaml

    matter = document.model_dump(mode="json", exclude={"blocks"}, exclude_defaults=True)
    if not marks:
        matter = {name: matter[name] for name in _FOR_PEOPLE if name in matter}
    head = yaml.dump(matter, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=10_000) if matter else ""
    body = blocks_to_markdown(document.blocks, marks=marks)
    return f"---\n{head}---\n\n{body}" if head else body


@cache
def _dumper() -> Any:
    """PyYAML's safe dumper, with texts in quotes that it would write so that it could not read them again."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _UNSHOWN.search(value) else None)

    Dumper.add_representer(str, text)
    return Dumper


def from_markdown(text: str) -> Document:
    """The document that `to_markdown` printed with its marks.

    Raises:
        ValueError: when it has no front matter, or one that lacks what a document must have (pydantic's error).
    """
    import yaml

    head, separator, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not separator:
        raise ValueError("no front matter: it was printed without marks, or not by to_markdown")
    return Document.model_validate({**yaml.safe_load(head), "blocks": blocks_from_markdown(body)})


def blocks_to_markdown(blocks: tuple[Block, ...], *, marks: bool = True) -> str:
    """The blocks as Markdown, one blank line between them, with a line end after the last."""
    pieces: list[str] = []
    before: BlockKind | None = None
    for block in blocks:
        if block.kind is BlockKind.LIST is before:
            pieces.append(_APART)
        body = to_body(block)
        if marks:
            body = _with_mark(block, body)
        if body:
            pieces.append(body)
        before = block.kind
    return "\n\n".join(pieces) + "\n" if pieces else ""


def blocks_from_markdown(text: str) -> tuple[Block, ...]:
    """The blocks of Markdown that was printed here; other Markdown is for `workers/parse/formats/markdown.py`."""
    return tuple(_block(piece) for piece in _pieces(text) if piece != _APART)


def _with_mark(block: Block, body: str) -> str:
    """The body after a comment that says in what the block differs from what the body would be read as."""
    whole = block.model_dump(mode="json")
    body = "" if _UNSHOWN.search(body) or list(_pieces(body)) != [body] else body
    if not body or _MARK.match(body) or body == _APART:
        return _mark({**block.model_dump(mode="json", exclude_defaults=True), "text": block.text})
    plain = from_body(body).model_dump(mode="json")
    missing = plain.keys() - whole.keys()
    differs = {name: value for name, value in whole.items() if name not in plain or plain[name] != value}
    return f"{_mark(differs)}\n{body}" if differs or missing else body


def _mark(fields: dict[str, Any]) -> str:
    """A comment that holds the fields as JSON, in which nothing can end the comment or a line."""
    shown = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    shown = _UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)
    shown = shown.replace("--", "-\\u002d").replace(">", "\\u003e")
    return f"<!-- block {shown} -->"


def _pieces(text: str) -> Iterator[str]:
    """The pieces between blank lines; a fence holds the blank lines in it."""
    piece: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opened = not fence and (not piece or _MARK.fullmatch(piece[-1])) and _FENCE.fullmatch(line)
        if opened:
            fence = opened[1]
        elif fence and line == fence:
            fence = ""
        elif not line and not fence:
            if piece:
                yield "\n".join(piece)
            piece = []
            continue
        piece.append(line)
    if piece:
        yield "\n".join(piece)


def _block(piece: str) -> Block:
    mark, _, body = piece.partition("\n")
    found = _MARK.fullmatch(mark)
    if not found:
        return from_body(piece)
    fields = json.loads(found[1])
    plain = from_body(body).model_dump(mode="json") if body else {}
    return Block.model_validate({**plain, **fields})
