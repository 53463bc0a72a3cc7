"""Runs pandoc in its sandbox with limits on time, memory and output, and gives its document tree.

https://pandoc.org/MANUAL.html#a-note-on-security; the tree is described at
https://hackage.haskell.org/package/pandoc-types/docs/Text-Pandoc-Definition.html.
"""

from __future__ import annotations

import json
import resource
import subprocess
import tempfile
from functools import cache
from typing import Any

from agent.errors import DocumentRejected

MAX_CPU_S = 60
"""A book of 1 MB of LaTeX takes 2 to 6 s; macros that double each other would take for ever."""
_HEAP = "-M1500m"
_STACK = "-K256m"
_MAX_TREE_BYTES = 512 << 20
"""The tree in JSON is about ten times the text."""
_HEAP_EXHAUSTED = 251
"""Exit code of the Haskell runtime; 2 is its stack overflow."""


def pandoc_tree(content: bytes, reader: str) -> dict[str, Any]:
    """``{"meta": …, "blocks": […]}`` of a document that pandoc reads as ``reader`` (latex, docx with extensions).

    Nothing outside ``content`` is read: includes and pictures are left out.

    Raises:
        DocumentRejected: ``corrupt_<format>`` where it cannot be read, ``too_complex`` beyond a limit.
    """
    command = [_pandoc(), "--sandbox", "--from", reader, "--to", "json", "+RTS", _HEAP, _STACK, "-RTS"]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(content)
        given.seek(0)
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=said, preexec_fn=_limit_time
        ) as process:
            assert process.stdout is not None
            tree = process.stdout.read(_MAX_TREE_BYTES + 1)
            if len(tree) > _MAX_TREE_BYTES:
                process.kill()
        said.seek(0)
        message = said.read(4096).decode("utf-8", "replace").strip()
    code = process.returncode
    if code < 0 or code in (2, _HEAP_EXHAUSTED):
        raise DocumentRejected("too_complex", f"pandoc ended with {code} at its limit of time, memory or output")
    if code:
        raise DocumentRejected(f"corrupt_{reader.partition('+')[0]}", " ".join(message.split())[:300])
    parsed: dict[str, Any] = json.loads(tree)
    return parsed


@cache
def _pandoc() -> str:
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def _limit_time() -> None:
    """Bound it by the kernel, so that it ends even when we are killed meanwhile."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
