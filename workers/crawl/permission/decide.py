"""Whether a document may be trained on: everything that was read about it, weighed; the most restrictive wins.

Pure: what was read goes in, a decision comes out. Any signal against training refuses, whatever another says for it.
Then the terms of the service it came through, then its licence under the job's profile. A licence that nobody states
quarantines. What is asked before a fetch is in `workers.crawl.permission.foresee`, what is asked again before training
in `workers.crawl.permission.recheck`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from requests.utils import parse_header_links

from agent.job.licences import (
    ALL_RIGHTS_RESERVED,
    LICENCE_UNKNOWN,
    OWN,
    declared_licence,
    joined,
    spdx,
    trainable,
)
from agent.job.records import Evidence
from agent.spec import PermissionConfig
from workers.crawl.glance import Glance
from workers.crawl.http.identity import PRODUCT_TOKEN
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service
from workers.crawl.permission import ai_txt, content_signal, content_usage, rsl, tdmrep
from workers.crawl.permission.page import opt_outs
from workers.crawl.permission.path_pattern import path_of
from workers.crawl.permission.robots_groups import read_groups
from workers.crawl.permission.statement import Said, Text
from workers.crawl.permission.training_agents import statement_for_them

Verdict = Literal["allowed", "refused", "quarantined"]


class SiteFiles(NamedTuple):
    """What speaks for a whole site; a file that is not there says nothing."""

    robots: Robots | None = None
    """None where it is not asked: a documented service, a folder."""
    tdmrep: Text | None = None
    ai_txt: Text | None = None
    rsl: tuple[Text, ...] = ()
    """RSL files that robots.txt, a header or the page itself names."""


NOTHING_SEEN = Glance()
NO_FILES = SiteFiles()


@dataclass(frozen=True)
class Reading:
    """Everything that was read about one document, or one copy of it."""

    url: str
    """Where the bytes come from."""
    source: str
    """As the user wrote it."""
    time: str
    """When the document was read, ISO 8601 UTC."""
    licence: str = ""
    """SPDX expression that its source states for this copy."""
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names."""
    seen: Glance = NOTHING_SEEN
    site: SiteFiles = NO_FILES
    service: Service | None = None
    """The documented service that the address belongs to."""


@dataclass(frozen=True)
class Decision:
    """The verdict on one document, and what it rests on."""

    verdict: Verdict
    reason: str
    """The funnel's word, '' when allowed."""
    licence: str
    """SPDX expression of all that was stated, '' for nothing known."""
    detail: str
    """The line that decided, for people."""
    evidence: tuple[Evidence, ...]
    """Every statement that was read, the deciding one and the verdict last."""

    @property
    def allowed(self) -> bool:
        """Whether it may be trained on."""
        return self.verdict == "allowed"


def decide(reading: Reading, config: PermissionConfig) -> Decision:
    """The verdict on one document.

    Reasons of refusals: ``robots_disallow``, ``optout_noai``, ``optout_noimageai``, ``optout_noindex``,
    ``optout_content_signal``, ``optout_content_usage``, ``optout_tdmrep``, ``optout_ai_txt``, ``optout_rsl``,
    ``rsl_needs_licence``, ``optout_training_agents``, ``terms_forbid_training``, ``terms_noncommercial``, and those of
    `agent.job.licences.trainable`, of which ``licence_unknown`` quarantines.
    """
    statements = list(_statements(reading, config))
    evidence = [said.evidence for said in statements]
    if refusing := next((said for said in statements if said.forbids), None):
        evidence = [item for item in evidence if item != refusing.evidence] + [refusing.evidence]
        return _decision(reading, config, "refused", refusing.reason, "", f"{refusing.line} ({refusing.url})", evidence)

    stated = _stated_licences(reading, config)
    names = {name for name, _ in stated if name}
    word = declared_licence(config.declared.get(reading.source, ""))
    if word and (not names or (word == OWN and ALL_RIGHTS_RESERVED in names)):
        stated.append((word, _operators_word(reading, config)))
    evidence += [item for _, item in stated]
    licence = joined(name for name, _ in stated)
    verdict = trainable(licence, config.profile)
    if verdict.allowed:
        return _decision(reading, config, "allowed", "", licence, evidence[-1].line, evidence)
    deciding = [item for name, item in stated if name and not trainable(name, config.profile).allowed][-1:]
    detail = f"{licence}: {deciding[0].line}" if deciding else _nothing_known(stated)
    evidence = [item for item in evidence if item not in deciding] + deciding
    kind: Verdict = "quarantined" if verdict.reason == LICENCE_UNKNOWN else "refused"
    return _decision(reading, config, kind, verdict.reason, licence, detail, evidence)


def _statements(reading: Reading, config: PermissionConfig) -> Iterator[Said]:
    """All signals about training, those that close access first; licences come after."""
    url, time, headers = reading.url, reading.time, reading.headers
    path = path_of(url)
    robots = reading.site.robots
    if robots is not None:
        access = robots.verdict(url)
        reason = "" if access.allowed else "robots_disallow"
        yield Said("robots", not access.allowed, reason, access.evidence.line, access.evidence.url, robots.time)
        groups = read_groups(robots.text)
        ours = groups.binding(PRODUCT_TOKEN)
        yield from content_signal.in_robots(ours, path, robots.url, robots.time)
        yield from content_usage.in_robots(ours, path, robots.url, robots.time)
        if config.honour_training_agents and (said := statement_for_them(groups, path, robots.url, robots.time)):
            yield said
    for optout in opt_outs(reading.seen.robots, headers, reading.media_type):
        yield Said(optout.kind, True, optout.reason, optout.line, url, time)
    yield from content_signal.in_headers(headers, url, time)
    yield from content_usage.in_headers(headers, url, time)
    reservation = tdmrep.statement_of(reading.site.tdmrep, headers, reading.seen.robots, path=path, url=url, time=time)
    if reservation:
        yield reservation
    if reading.site.ai_txt and (said := ai_txt.statement_in(reading.site.ai_txt, url, reading.media_type)):
        yield said
    for terms in _rsl_terms(reading, config):
        yield terms.said
    yield from _service_terms(reading, config)


def _rsl_terms(reading: Reading, config: PermissionConfig) -> Iterator[rsl.Terms]:
    for file in reading.site.rsl:
        if terms := rsl.terms_in(file, reading.url, config.intended_use):
            yield terms


def _service_terms(reading: Reading, config: PermissionConfig) -> Iterator[Said]:
    if reading.service is None:
        return
    terms = reading.service.terms
    line = f"terms of {reading.service.name} (read {terms.read_on}): {terms.says}"
    if terms.ai_training == "forbidden":
        yield Said("terms", True, "terms_forbid_training", line, terms.url, reading.time)
    elif terms.ai_training == "noncommercial":
        closed = config.intended_use == "commercial"
        yield Said("terms", closed, "terms_noncommercial" if closed else "", line, terms.url, reading.time)
    elif terms.ai_training == "allowed":
        yield Said("terms", False, "", line, terms.url, reading.time)


def _stated_licences(reading: Reading, config: PermissionConfig) -> list[tuple[str, Evidence]]:
    """Licences with the line that states each, '' for a line that names none we know. All of them bind; the licence of
    a service's terms holds for what says nothing else.
    """
    url, time = reading.url, reading.time
    found: list[tuple[str, Evidence]] = []
    if reading.licence:
        line = f"{reading.source.partition(':')[0]} states {reading.licence}"
        found.append((reading.licence, Evidence(kind="licence", url=url, line=line, time=time)))
    lines: dict[str, tuple[str, Evidence]] = {}
    for item in reading.seen.licences:
        lines.setdefault(item.line, (spdx(item.value), Evidence(kind="licence", url=url, line=item.line, time=time)))
    for target, line in _licence_links(reading.headers.get("link", "")):
        lines.setdefault(line, (spdx(target), Evidence(kind="header", url=url, line=line, time=time)))
    for terms in _rsl_terms(reading, config):
        if licence := spdx(terms.standard):
            found.append((licence, terms.said.evidence.model_copy(update={"line": terms.standard})))
    found += lines.values()
    if reading.service and reading.service.terms.licence and not any(licence for licence, _ in found):
        terms_of = reading.service.terms
        line = f"{terms_of.licence}: {terms_of.says} (read {terms_of.read_on})"
        found.append((terms_of.licence, Evidence(kind="terms", url=terms_of.url, line=line, time=time)))
    return found


def _licence_links(header: str) -> Iterator[tuple[str, str]]:
    """The licence links of a Link header but those to RSL files, as (target, line)."""
    for link in parse_header_links(header) if header else []:
        rsl_file = link.get("type", "").lower() == rsl.MEDIA_TYPE
        if "license" in link.get("rel", "").lower().split() and not rsl_file:
            yield link["url"], f"Link: <{link['url']}>; rel={link['rel']}"


def _operators_word(reading: Reading, config: PermissionConfig) -> Evidence:
    line = f"permission.declared: {reading.source} = {config.declared[reading.source]}, by whoever ran the job"
    return Evidence(kind="operator", url=reading.url, line=line, time=reading.time)


def _nothing_known(stated: list[tuple[str, Evidence]]) -> str:
    unread = [item.line for name, item in stated if not name]
    return f"names no licence that is known: {unread[-1]}" if unread else "no licence is stated"


def _decision(
    reading: Reading,
    config: PermissionConfig,
    verdict: Verdict,
    reason: str,
    licence: str,
    detail: str,
    evidence: list[Evidence],
) -> Decision:
    asked = f"profile {config.profile}, {config.intended_use} use"
    line = ": ".join(part for part in (verdict, reason or licence) if part) + f" ({asked})"
    told = Evidence(kind="decision", url=reading.url, line=line, time=reading.time)
    return Decision(verdict, reason, licence, detail, tuple(dict.fromkeys((*evidence, told))))
