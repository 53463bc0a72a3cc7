"""Servers that the ledger's scripts run on."""

from __future__ import annotations

import pytest

from agent.cli.checks.services import too_old


@pytest.mark.parametrize("version", ["redis 6.0.16", "redis 5.0.7", "redis 2.8"])
def test_servers_without_the_commands_of_the_scripts_are_too_old(version: str) -> None:
    assert too_old(version)


@pytest.mark.parametrize("version", ["redis 6.2.0", "redis 8.0.1", "valkey 7.2.5", "valkey 9.1.2", "redis ?"])
def test_newer_servers_and_every_valkey_are_new_enough(version: str) -> None:
    assert not too_old(version)
