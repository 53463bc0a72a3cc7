"""The groups of a robots.txt with every line kept: what protego drops (Content-Signal, Content-Usage, License) is what
the signals are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from workers.crawl.permission.path_pattern import matches

_LINE = re.compile(r"\s*([A-Za-z][A-Za-z-]*(?:[ \t]agent)?)\s*:[ \t]*(.*)", re.IGNORECASE)
_USER_AGENT = frozenset({"user-agent", "user agent", "useragent"})
"""As it is spelt in the wild; protego, which decides on access, reads all three."""
_GLOBAL = frozenset({"sitemap", "host", "license"})
"""Lines that belong to the file and end no group."""


class Rule(NamedTuple):
    """One line of a group."""

    name: str
    """Lower case: allow, disallow, content-signal …"""
    value: str
    """Without a comment."""
    line: str
    """As it stands in the file, without the space around it."""


@dataclass
class Groups:
    """A robots.txt read for what it says; never fails, whatever the text is."""

    of_agent: dict[str, list[Rule]] = field(default_factory=dict)
    """Agent in lower case -> the rules of all its groups together (RFC 9309, 2.2.1)."""
    before_any: list[Rule] = field(default_factory=list)
    """Rules that stand above the first User-agent line: meant for everybody, if they are anything."""
    licences: list[Rule] = field(default_factory=list)
    """``License:`` lines, wherever they stand."""

    def binding(self, agent: str) -> list[Rule]:
        """The rules for an agent: its own groups', else those for ``*``; with those above all groups."""
        own = self.of_agent.get(agent.lower())
        return [*self.before_any, *(own if own is not None else self.of_agent.get("*", []))]


def read_groups(text: str) -> Groups:
    """The groups of a robots.txt."""
    groups = Groups()
    current: list[list[Rule]] = []
    naming = False
    for rule in _rules(text):
        if rule.name in _USER_AGENT:
            if not naming:
                current = []
            current.append(groups.of_agent.setdefault(rule.value.lower(), []))
            naming = True
        elif rule.name in _GLOBAL:
            if rule.name == "license":
                groups.licences.append(rule)
        else:
            naming = False
            for rules in current or [groups.before_any]:
                rules.append(rule)
    return groups


def closing_rule(rules: Iterable[Rule], path: str) -> Rule | None:
    """The Disallow line that closes a path, None when it is open: the longest match decides, Allow in a tie (RFC 9309,
    2.2.2).
    """
    fitting = [rule for rule in rules if rule.name in ("allow", "disallow") and matches(rule.value, path)]
    decisive = max(fitting, key=lambda rule: (len(rule.value), rule.name == "allow"), default=None)
    return decisive if decisive and decisive.name == "disallow" else None


def with_path(rules: Iterable[Rule], name: str, path: str) -> list[tuple[Rule, str]]:
    """The rules called ``name`` that hold for ``path``, each with its value after the optional path: of several paths
    the longest decides, and of equal ones all hold (draft-ietf-aipref-attach).
    """
    fitting: list[tuple[int, Rule, str]] = []
    for rule in rules:
        if rule.name != name:
            continue
        pattern, _, rest = rule.value.partition(" ") if rule.value.startswith("/") else ("", "", rule.value)
        if not pattern or matches(pattern, path):
            fitting.append((len(pattern), rule, rest.strip()))
    longest = max((length for length, _, _ in fitting), default=0)
    return [(rule, value) for length, rule, value in fitting if length == longest]


def _rules(text: str) -> Iterator[Rule]:
    for line in re.split(r"\r\n|\r|\n", text):
        if match := _LINE.match(line):
            value = " ".join(match[2].partition("#")[0].split())
            yield Rule(match[1].lower(), value, line.strip())
