"""``python -m workers.parse.alone``, which ``finetune parse`` becomes: Ctrl-C ends it quietly at any moment."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130
"""As in `agent.cli.exits`."""


def main() -> int:
    """The exit code of `workers.parse.alone.command`."""
    try:
        from workers.parse.alone.command import main as read_and_print

        return read_and_print()
    except KeyboardInterrupt:
        # Threads may still wait for their readers, and leaving by the front door would wait for the threads. The
        # kernel hangs up on readers that are left (`workers.parse.isolation.confine`).
        os._exit(_INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
