"""Crawlers known to gather training data: what a robots.txt tells them is meant for us too.

A site that leaves ``*`` open and closes GPTBot has not heard of us; it has said what it thinks of training. So an
address that is closed to any one of these, in a group that names it, is refused, and likewise one where such a group
carries a Content-Signal or Content-Usage against training. ``permission.honour_training_agents`` turns it off.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from workers.crawl.permission import content_signal, content_usage
from workers.crawl.permission.robots_groups import Groups, closing_rule
from workers.crawl.permission.statement import Said

REASON = "optout_training_agents"


@cache
def training_agents() -> frozenset[str]:
    """Their names as they stand after ``User-agent:``, in lower case."""
    text = files(__package__).joinpath("training_agents.toml").read_text(encoding="utf-8")
    return frozenset(name.lower() for names in tomllib.loads(text)["agents"].values() for name in names)


def statement_for_them(groups: Groups, path: str, url: str, time: str) -> Said | None:
    """The first thing said against training to an agent that the file names, None when there is none."""
    for agent, rules in groups.of_agent.items():
        if agent not in training_agents():
            continue
        if closing := closing_rule(rules, path):
            return Said("robots", True, REASON, f"User-agent: {agent}; {closing.line}", url, time)
        told = [*content_signal.in_robots(rules, path, url, time), *content_usage.in_robots(rules, path, url, time)]
        for said in told:
            if said.forbids:
                return said._replace(reason=REASON, line=f"User-agent: {agent}; {said.line}")
    return None
