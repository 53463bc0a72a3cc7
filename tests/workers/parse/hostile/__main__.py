"""Prints the table of hostile files: ``python -m tests.workers.parse.hostile [PART OF A NAME]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.workers.parse.hostile.trial import CONFIG, FILES, ended


def main(part: str = "") -> None:
    """Read every file, print a line for each, and exit with 1 when one ended as it must not."""
    bad = 0
    files = [file for file in FILES if part in file.name]
    print(f"{'file':46} {'KB':>7} {'seconds':>8} {'peak MB':>8}  outcome")
    with tempfile.TemporaryDirectory() as scratch:
        for each in ended(files, Path(scratch)):
            bad += not each.as_it_must
            print(
                f"{each.file.name:46} {each.size_bytes / 1024:7.0f} {each.seconds:8.2f} {each.peak_mb:8}  "
                f"{'' if each.as_it_must else 'NOT AS IT MUST: '}{'LEAKED ' if each.leaked else ''}"
                f"{each.outcome}: {' '.join(each.detail.split())[:90]}",
                flush=True,
            )
    print(f"{bad} of {len(files)} ended as they must not; limits: {CONFIG.max_seconds:g} s, {CONFIG.max_memory_mb} MB")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main(*sys.argv[1:])
