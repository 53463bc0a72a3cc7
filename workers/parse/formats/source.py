"""Where the lines of a source begin, so that a parser's line numbers become offsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.job.records import Block


class Source:
    """A text whose lines a parser counts from 0, beginning at an offset."""

    def __init__(self, text: str, start: int = 0) -> None:
        """Line 0 begins at ``start``; lines end at ``\\n``."""
        self._text = text
        self._starts = [start]
        while (end := text.find("\n", self._starts[-1])) >= 0:
            self._starts.append(end + 1)

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Start and end offset of the lines from ``first`` up to ``after``, without white space around them."""
        start = self._starts[min(first, len(self._starts) - 1)]
        end = self._starts[after] if after < len(self._starts) else len(self._text)
        held = self._text[start:end]
        return start + len(held) - len(held.lstrip()), start + len(held.rstrip())

    def placed(self, blocks: Iterable[Block], lines: tuple[int, int] | None) -> Iterator[Block]:
        """The blocks with the offsets of these lines, where they have none of their own yet."""
        place: tuple[int, int] | None = None
        for block in blocks:
            if lines is None or block.start is not None:
                yield block
                continue
            place = place or self.span(*lines)
            yield block.model_copy(update={"start": place[0], "end": place[1]})
