"""Real robots files and opt-out samples: all of them are read, and what is known of them is found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent.spec import PermissionConfig
from tests.workers.crawl.permission.readings import TIME, URL, reading
from workers.crawl.http.robots import read_robots
from workers.crawl.permission.decide import SiteFiles, decide
from workers.crawl.permission.robots_groups import read_groups
from workers.crawl.permission.training_agents import training_agents

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not on this machine")


def decision_under(body: bytes, url: str) -> str:
    """The reason that the decision on a CC BY page gives under this robots.txt, read as a server's answer."""
    robots = read_robots(f"{url.rpartition('/')[0]}/robots.txt", 200, body, TIME)
    return decide(replace(reading(url=url), site=SiteFiles(robots=robots)), PermissionConfig()).reason


def test_every_recorded_robots_file_is_read_and_decided_under(capsys: pytest.CaptureFixture[str]) -> None:
    files = [file for file in (RECORDED / "robots").rglob("*") if file.is_file()]
    reasons: dict[str, int] = {}
    groups = 0
    for file in files:
        body = file.read_bytes()
        groups += len(read_groups(body.decode("utf-8", errors="replace")).of_agent)
        reason = decision_under(body, "https://example.org/notes.html") or "allowed"
        reasons[reason] = reasons.get(reason, 0) + 1
    with capsys.disabled():
        print(f"\n{len(files)} robots files, {groups} named agents; a CC BY page: {dict(sorted(reasons.items()))}")
    assert len(files) > 300 and sum(reasons.values()) == len(files)
    assert set(reasons) <= {"allowed", "robots_disallow", "optout_training_agents"}


def test_the_managed_block_forbids_training_by_its_signal() -> None:
    body = (RECORDED / "optout/cloudflare-managed.robots.txt").read_bytes()
    assert decision_under(body, URL) == "optout_content_signal"


def test_the_list_of_agents_holds_all_of_ours_and_closes_a_site_to_training() -> None:
    listed = json.loads((RECORDED / "optout/ai-robots-txt.robots.json").read_bytes())
    assert training_agents() <= {name.lower() for name in listed}
    body = (RECORDED / "optout/ai-robots-txt.robots.txt").read_bytes()
    assert decision_under(body, URL) == "optout_training_agents"
