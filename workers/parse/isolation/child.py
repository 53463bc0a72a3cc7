"""The reader process: ``python -m workers.parse.isolation.child TERMINAL``; an `Order` a line in, `Answer`s a line out.

It ends when its input does. ``TERMINAL`` is a descriptor, see `workers.parse.isolation.confine`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError

from agent.errors import DocumentRejected
from workers.parse.isolation.confine import confine, limit
from workers.parse.isolation.limits import Limits
from workers.parse.isolation.messages import Answer, Order
from workers.parse.judge import judge
from workers.parse.ranges import page_count
from workers.parse.read import Reading, read

_MB = 1024 * 1024


def main() -> None:
    """Answer orders until the input ends."""
    confine(int(sys.argv[1]))
    # Libraries print; the answers go out on a descriptor of their own, so that nothing can fall between them.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(answer: Answer) -> None:
        answers.write(answer.model_dump_json(exclude_defaults=True) + "\n")
        answers.flush()

    for line in sys.stdin:
        say(_carry_out(Order.model_validate_json(line), lambda done, total: say(Answer(pages=(done, total)))))


def _carry_out(order: Order, on_page: Callable[[int, int], None]) -> Answer:
    """The answer that ends the order; whatever a library raises is this document's own failure."""
    try:
        limit(order.limits)
        content = Path(order.file).read_bytes()
        if order.task == "count":
            return Answer(count=page_count(content))
        reading = _sound(read(content, order.request, on_page) if order.task == "read" else _joined(content))
        _check_length(reading, order.limits)
        if order.judging is None:
            return Answer(reading=reading)
        return Answer(judgement=judge(order.judging.page, reading, order.judging.config))
    except DocumentRejected as rejected:
        return Answer(rejected=(rejected.reason, rejected.detail))
    except MemoryError:
        return Answer(rejected=("too_much_memory", f"more than {order.limits.memory_mb} MB were asked for"))
    except RecursionError:
        return Answer(rejected=("too_complex", f"nested deeper than {sys.getrecursionlimit()} calls"))
    except Exception as error:
        return Answer(broken=f"{type(error).__name__}: {error}")


def _joined(lines: bytes) -> Reading:
    """The readings of a PDF's ranges as one."""
    from workers.parse.pdf.join import joined

    readings = [Reading.model_validate_json(line) for line in lines.splitlines()]
    return readings[0].model_copy(update={"parsed": joined([reading.parsed for reading in readings])})


def _sound(reading: Reading) -> Reading:
    """The reading without halves of surrogate pairs, which JSON escapes and UTF-16 can name and nothing can write."""
    try:
        reading.model_dump_json()
    except PydanticSerializationError:
        return Reading.model_validate(_repaired(reading.model_dump()))
    return reading


def _repaired(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case dict():
            return {_repaired(key): _repaired(item) for key, item in value.items()}
        case list() | tuple():
            return [_repaired(item) for item in value]
    return value


def _check_length(reading: Reading, limits: Limits) -> None:
    text_mb = sum(len(block.text.encode()) for block in reading.parsed.blocks) / _MB
    if text_mb > limits.text_mb:
        raise DocumentRejected("too_much_text", f"{text_mb:.1f} MB, parse.max_text_mb is {limits.text_mb:g}")


if __name__ == "__main__":
    main()
