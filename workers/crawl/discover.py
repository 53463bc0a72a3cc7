"""The discover stage: every source is asked, the same work merged, candidates scored, selected and sharded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from agent.contract import Stage
from agent.errors import NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.coverage import covered
from agent.job.records import Candidate, Query, Topic, TopicMap
from workers.crawl.ask import Asking, SourceReport
from workers.crawl.expand.expand import Expansion, expand
from workers.crawl.http.services import Services
from workers.crawl.look_up import looked_up
from workers.crawl.merge import merged
from workers.crawl.permission.foresee import foreseen, outlook, readings_of, with_robots
from workers.crawl.permission.read_site import SiteReader
from workers.crawl.permission.tally import PermissionTally
from workers.crawl.relevance.score import rank
from workers.crawl.selection import select
from workers.crawl.shards import shards_of
from workers.crawl.sources import services_for
from workers.crawl.sources.contract import Found, Refused
from workers.llm.models import Models
from workers.runtime.work import Outcome, StageWork

NOUN = "documents"


def discover(work: StageWork) -> Outcome:
    """Write ``candidates.jsonl`` (ranked), ``queries.jsonl``, ``topics.jsonl`` (one `TopicMap`) and a shard file for
    each retrieve unit that follows.

    A source that fails is recorded under ``facts["sources"]`` and the others go on.

    Raises:
        NotEnoughData: no source has anything about the subject; names each source and its reason.
        InvalidSpec: an endpoint is given for a service that does not exist.
    """
    spec = work.spec
    services = services_for(spec.endpoints)
    subject = TopicMap(subject=spec.subject, topics=(Topic(name=spec.subject, weight=1.0),))
    asking = Asking(work, services, subject)
    http = asking.http
    expansion = _searched(work, asking, services, subject)
    found, refused = merged(asking.findings)
    received = len(found) + len(refused)
    work.output.receive(NOUN, received)
    known = looked_up(found, spec, http, services)
    refused += known.refused
    for item in refused:
        _reject(work, item.candidate, item.reason, item.detail, failed=item.failed)

    chosen = [item for item in known.found if item.chosen]
    searched = [item for item in known.found if not item.chosen]
    ranking = rank(searched, expansion.topics, spec.discover.min_relevance, datetime.now(UTC).date())
    for far in ranking.off_topic:
        detail = f"similarity {far.candidate.parts['semantic']:.2f} is below {spec.discover.min_relevance}"
        _reject(work, far.candidate, "off_topic", detail)
    limit = spec.discover.max_documents
    sites = SiteReader(spec, http, services)
    wanted = [*chosen, *ranking.kept]
    permitted, tally = _permitted(work, wanted, sites, ask_robots=len(wanted) > limit)
    work.output.facts["permission"] = tally.facts()
    first = [item for item in permitted if item.chosen]
    selected = select([item for item in permitted if not item.chosen], expansion.topics, max(0, limit - len(first)))
    kept = [item.candidate for item in (*first[:limit], *selected)]
    taken = {candidate.id for candidate in kept}
    for extra in permitted:
        if extra.candidate.id not in taken:
            _reject(work, extra.candidate, "over_budget", f"beyond discover.max_documents = {limit}")
    work.output.keep(NOUN, len(kept))
    work.output.facts["sources"] = [report.line() for report in asking.reports.values()]
    work.output.facts["not_asked"] = expansion.notes | known.notes
    work.output.facts["coverage"] = _coverage(kept, expansion.topics)
    if not kept:
        raise _nothing_left(work, asking.reports, refused, ranking.off_topic, tally)

    work.output.write_records("candidates.jsonl", kept)
    work.output.write_records("queries.jsonl", expansion.queries)
    work.output.write_records("topics.jsonl", [expansion.topics])
    work.tick(received, received)
    if spec.until == "discover":
        return Outcome(verdict="found")
    successors = []
    for number, shard in enumerate(shards_of(kept, spec.retrieve.shard_size)):
        name = f"shard-{number:04d}.jsonl"
        work.output.write_records(name, shard)
        successors.append(
            UnitPlan(
                stage=Stage.RETRIEVE,
                shard=f"{number:04d}",
                inputs=(work.output.path,),
                params={"file": name},
                items=len(shard),
            )
        )
    return Outcome(tuple(successors))


def _permitted(
    work: StageWork, found: Sequence[Found], sites: SiteReader, *, ask_robots: bool
) -> tuple[list[Found], PermissionTally]:
    """Those that may go on: what will be refused takes no place in the budget.

    ``ask_robots``: where there are more candidates than places, robots.txt of each site is read now, for the best that
    twice fill the budget; else the retrieve stage finds out in parallel.
    """
    config = work.spec.permission
    tally = PermissionTally(config)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    asked = 2 * work.spec.discover.max_documents if ask_robots else 0
    permitted: list[Found] = []
    for done, item in enumerate(found):
        work.tick(done, len(found))
        candidate = item.candidate
        body = work.store.get_blob(candidate.blob) if candidate.blob else None
        readings = readings_of(candidate, sites, now, body)
        final = foreseen(readings, config)
        if final is None and body is None and len(permitted) < asked:
            readings = with_robots(readings, sites)
            final = foreseen(readings, config)
        if final is None:
            told = candidate.model_copy(update={"foreseen": outlook(readings, config, whole=body is not None)})
            permitted.append(replace(item, candidate=told))
            continue
        tally.add(readings, final)
        told = candidate.model_copy(update={"evidence": (*candidate.evidence, *final.evidence)})
        _reject(work, told, final.reason, final.detail)
    return permitted, tally


def _searched(work: StageWork, asking: Asking, services: Services, alone: TopicMap) -> Expansion:
    """Ask all sources, first for the subject ``alone``, then for what it was expanded to; returns that."""
    models = Models(work)
    asking.ask([Query(text=work.spec.subject)], lambda kind: kind != "once_focused", alone)
    expansion = expand(work.spec, _found(asking), asking.http, services, models.chat, asking.pulse)
    asking.ask(expansion.queries[1:], lambda kind: kind == "every_query", expansion.topics)
    known = len(asking.findings)
    asking.ask(expansion.queries, lambda kind: kind == "once_focused", expansion.topics)
    if not known:
        # Only now is there anything to learn the subject's parts from; the crawl itself went without.
        expansion = expand(work.spec, _found(asking), asking.http, services, models.chat, asking.pulse)
    work.output.facts |= models.facts()
    return expansion


def _found(asking: Asking) -> list[Found]:
    return [item for item in asking.findings if isinstance(item, Found)]


def _coverage(kept: Sequence[Candidate], topics: TopicMap) -> dict[str, int | list[str]]:
    """How many topics of the map the kept documents are about, and which are missing."""
    lines = covered(kept, topics)
    missing = [line.topic for line in lines if not line.documents]
    return {"topics": len(lines), "covered": len(lines) - len(missing), "missing": missing}


def _reject(work: StageWork, candidate: Candidate, reason: str, detail: str, *, failed: bool = False) -> None:
    work.output.reject(NOUN, candidate.id, reason, detail, url=candidate.url, record=candidate, failed=failed)


_OTHER_SOURCES = "Name other sources, or lower discover.min_relevance if the documents are about it in other words."


def _nothing_left(
    work: StageWork,
    reports: Mapping[str, SourceReport],
    refused: Sequence[Refused],
    off_topic: Sequence[Found],
    tally: PermissionTally,
) -> NotEnoughData:
    tried = []
    for name, report in reports.items():
        if report.error:
            tried.append(f"{name}: {report.error}")
            continue
        reasons = Counter(item.reason for item in refused if item.candidate.source == name)
        reasons["off_topic"] += sum(1 for item in off_topic if item.candidate.source == name)
        reasons.update(tally.reasons(name))
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()) if count)
        tried.append(f"{name}: {told or 'nothing there'}")
    message = f"No document about {work.spec.subject!r} that may be used was found. Tried "
    return NotEnoughData(message + "; ".join(tried).rstrip(".") + ".", next_step=tally.next_step() or _OTHER_SOURCES)
