"""Faults on order: by the variable, and by a file that changes while the process runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.faults import COUNT_VARIABLE, FAULTS_VARIABLE, reached


def test_rules_in_a_file_count_from_the_moment_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = tmp_path / "orders"
    monkeypatch.setenv(FAULTS_VARIABLE, f"@{orders}")
    monkeypatch.setenv(COUNT_VARIABLE, str(tmp_path))
    orders.write_text("")
    assert not reached("parse/0001/started")
    orders.write_text("parse/*/started=skip*1")
    assert reached("parse/0001/started")
    assert not reached("parse/0002/started")
    orders.write_text(";parse/*/started=skip*1")
    assert reached("parse/0003/started"), "a rule at another position is counted anew"
