"""What dead processes leave behind is swept up; what living ones use is not touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workers.runtime.scratch import make_scratch, sweep_scratch


def test_only_folders_of_dead_processes_are_removed(tmp_path: Path) -> None:
    mine = make_scratch("train", tmp_path)
    code = f"from workers.runtime.scratch import make_scratch; print(make_scratch('train', {str(tmp_path)!r}))"
    left = Path(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
    (left / "checkpoint").write_bytes(b"weights")
    (tmp_path / "finetune-notes").mkdir()
    assert sweep_scratch(tmp_path) == 1
    assert not left.exists()
    assert mine.exists() and (tmp_path / "finetune-notes").exists()
