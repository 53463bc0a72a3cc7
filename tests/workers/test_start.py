"""What a worker of each pool is started with."""

from __future__ import annotations

import pytest

from agent.contract import Pool
from agent.settings import Settings
from workers.start import stop_within_s_of


def test_training_gets_more_time_to_stop_than_the_others() -> None:
    assert stop_within_s_of(Pool.TRAIN, Settings()) > stop_within_s_of(Pool.PARSE, Settings())


@pytest.mark.parametrize("pool", list(Pool))
def test_the_environment_overrules_the_pools_time_to_stop(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETUNE_STOP_WITHIN_S", "110")
    assert stop_within_s_of(pool, Settings()) == 110
