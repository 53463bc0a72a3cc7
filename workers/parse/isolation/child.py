"""The reader process: ``python -m workers.parse.isolation.child``; one JSON line in for each document, JSON lines out.

In: ``{"file": path, "request": ReadRequest}``. Out: any number of ``{"pages": [done, total]}``, then one of
``{"reading": Reading}``, ``{"rejected": [reason, detail]}``, ``{"broken": text}``. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from agent.errors import DocumentRejected
from workers.parse.read import ReadRequest, read


def main() -> None:
    """Answer requests until the input ends."""
    # Libraries print; the answers go out on a descriptor of their own, so that nothing can fall between them.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    for line in sys.stdin:
        order = json.loads(line)
        try:
            request = ReadRequest.model_validate(order["request"])
            content = Path(order["file"]).read_bytes()
            reading = read(content, request, lambda done, total: say({"pages": [done, total]}))
            say({"reading": reading.model_dump(mode="json")})
        except DocumentRejected as rejected:
            say({"rejected": [rejected.reason, rejected.detail]})
        except (MemoryError, RecursionError) as error:
            say({"rejected": ["too_complex", type(error).__name__]})
        except Exception as error:  # the seam: whatever a library raises is this document's own failure
            say({"broken": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
