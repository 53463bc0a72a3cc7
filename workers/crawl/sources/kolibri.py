"""The files of a lesson in a Kolibri channel, as documents that the parse stage reads."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from agent.errors import DocumentRejected

LESSON_FILES = ("perseus", "zip", "pdf", "vtt")
"""Types that hold text, best first: exercises, HTML articles, documents, subtitles."""

_WIDGET = re.compile(r"\[\[\u2603 ([\w-]+) (\d+)\]\]")
"""How Perseus marks where a widget stands in a question (https://github.com/Khan/perseus)."""

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_CUE_TIME = re.compile(r"^\s*(?:\d+:)?\d{2}:\d{2}\.\d{3}\s+-->")
_MARKUP = re.compile(r"<[^<>]*>")
_SENTENCES_IN_PARAGRAPH = 5


def lesson(body: bytes, extension: str, title: str, description: str, max_bytes: int) -> tuple[bytes, str]:
    """A lesson's file as (document, media type).

    Exercises become Markdown with each question, its choices that are right, and its hints; subtitles become prose.

    Raises:
        DocumentRejected: ``corrupt_archive``, ``too_large`` when unpacked, or ``no_text``.
    """
    if extension == "pdf":
        return body, "application/pdf"
    if extension == "zip":
        return _member(_archive(body), "index.html", max_bytes), "text/html"
    parts = _exercise(_archive(body), max_bytes) if extension == "perseus" else _spoken(body.decode("utf-8", "replace"))
    if not parts:
        raise DocumentRejected("no_text", f"the {extension} file holds none")
    head = [f"# {title}", description] if description else [f"# {title}"]
    return "\n\n".join((*head, *parts)).encode(), "text/markdown"


def _archive(body: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile as error:
        raise DocumentRejected("corrupt_archive", str(error)) from error


def _member(archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    try:
        with archive.open(name) as file:
            content = file.read(max_bytes + 1)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise DocumentRejected("corrupt_archive", f"{name}: {error}") from error
    if len(content) > max_bytes:
        raise DocumentRejected("too_large", f"{name} is larger than {max_bytes} bytes when unpacked")
    return content


def _exercise(archive: zipfile.ZipFile, max_bytes: int) -> list[str]:
    """Each question of an exercise as Markdown; ``exercise.json`` is about the exercise, the others are questions."""
    parts, left = [], max_bytes
    for name in sorted(archive.namelist()):
        if name.endswith(".json") and "/" not in name and name != "exercise.json":
            content = _member(archive, name, left)
            left -= len(content)
            try:
                parts += _question(json.loads(content))
            except (ValueError, AttributeError, TypeError, KeyError) as error:
                raise DocumentRejected("corrupt_archive", f"{name}: {type(error).__name__}: {error}") from error
    return parts


def _question(item: dict[str, Any]) -> list[str]:
    question = item.get("question") or {}
    widgets = question.get("widgets") or {}
    asked = _WIDGET.sub(
        lambda match: _blank(widgets.get(f"{match[1]} {match[2]}") or {}), question.get("content") or ""
    )
    right = [answer for name in sorted(widgets) for answer in _right(widgets[name])]
    hints = [_text(hint.get("content") or "") for hint in item.get("hints") or ()]
    found = [_text(asked), *(["Answer: " + "; ".join(right)] if right else []), *hints]
    return [part for part in found if part]


def _blank(widget: dict[str, Any]) -> str:
    """What stands in a question for a widget: its choices, or a blank."""
    choices = (widget.get("options") or {}).get("choices") or ()
    texts = [str(choice.get("content") or "") for choice in choices if isinstance(choice, dict)]
    return "\n\n" + "\n".join(f"- {text}" for text in texts if text) + "\n\n" if any(texts) else "____"


def _right(widget: dict[str, Any]) -> list[str]:
    options = widget.get("options") or {}
    choices = [each for each in options.get("choices") or () if isinstance(each, dict)]
    answers = [each for each in options.get("answers") or () if isinstance(each, dict)]
    right = [str(each.get("content") or "") for each in choices if each.get("correct")]
    right += [
        str(each.get("value")) for each in answers if each.get("status") == "correct" and each.get("value") is not None
    ]
    if options.get("value") is not None and not right:
        right.append(str(options["value"]))
    return [each for each in right if each]


def _text(markdown: str) -> str:
    """Markdown without images, whose files stay behind, and without widgets in hints."""
    return _WIDGET.sub("", _IMAGE.sub(r"\1", markdown)).strip()


def _spoken(subtitles: str) -> list[str]:
    """What WebVTT subtitles (https://www.w3.org/TR/webvtt1/) say, without repeats, in paragraphs of sentences."""
    said: list[str] = []
    for block in re.split(r"\n\s*\n", subtitles.replace("\r\n", "\n")):
        lines = block.strip().split("\n")
        at = next((number for number, line in enumerate(lines) if _CUE_TIME.match(line)), None)
        if at is not None:
            for line in lines[at + 1 :]:
                spoken = " ".join(_MARKUP.sub("", line).split())
                if spoken and spoken != (said[-1] if said else ""):
                    said.append(spoken)
    sentences = [each for each in re.split(r"(?<=[.!?])\s+", " ".join(said)) if each]
    starts = range(0, len(sentences), _SENTENCES_IN_PARAGRAPH)
    return [" ".join(sentences[start : start + _SENTENCES_IN_PARAGRAPH]) for start in starts]
