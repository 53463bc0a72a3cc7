"""The discover stage: every source is asked, the same address merged, candidates ranked, cut and sharded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from agent.contract import Stage
from agent.errors import NotEnoughData, SourceFailed
from agent.job.artifacts import UnitPlan
from agent.job.records import Candidate
from workers.crawl.address import named_endpoints
from workers.crawl.relevance import rank
from workers.crawl.shards import shards_of
from workers.crawl.sources import SOURCES
from workers.crawl.sources.contract import Findings, Found, Refused, Search
from workers.runtime.work import Outcome, StageWork

NOUN = "documents"


def discover(work: StageWork) -> Outcome:
    """Write ``candidates.jsonl`` (ranked) and a shard file for each retrieve unit that follows.

    A source that fails is recorded under ``facts["sources"]`` and the others go on.

    Raises:
        NotEnoughData: no source has anything about the subject; names each source and its reason.
    """
    findings, sources = _ask_sources(work)
    found, refused = merged(findings)
    work.output.receive(NOUN, len(found) + len(refused))
    for item in refused:
        _reject(work, item.candidate, item.reason, item.detail, failed=item.failed)

    ranking = rank(found, work.spec.subject, work.spec.discover.min_relevance)
    for far in ranking.off_topic:
        detail = f"similarity {far.candidate.score:.2f} is below {work.spec.discover.min_relevance}"
        _reject(work, far.candidate, "off_topic", detail)
    limit = work.spec.discover.max_documents
    for extra in ranking.kept[limit:]:
        _reject(work, extra.candidate, "over_budget", f"beyond discover.max_documents = {limit}")
    kept = [item.candidate for item in ranking.kept[:limit]]
    work.output.keep(NOUN, len(kept))
    work.output.facts["sources"] = sources
    if not kept:
        raise NotEnoughData(_nothing_left(work, sources, refused, ranking.off_topic), next_step=_NEXT_STEP)

    work.output.write_records("candidates.jsonl", kept)
    successors = []
    for number, shard in enumerate(shards_of(kept, work.spec.retrieve.shard_size)):
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
    work.tick(len(found) + len(refused), len(found) + len(refused))
    return Outcome(tuple(successors))


_NEXT_STEP = "Name other sources, or lower discover.min_relevance if the documents are about it in other words."


def _ask_sources(work: StageWork) -> tuple[list[Findings], list[dict[str, Any]]]:
    """What each source came back with, and its line for the report."""
    named = named_endpoints(work.spec.sources)
    findings: list[Findings] = []
    report: list[dict[str, Any]] = []
    for source in dict.fromkeys(work.spec.sources):
        search = Search(
            source=source,
            spec=work.spec,
            store=work.store,
            scratch=work.scratch,
            named=named,
            pace=work.pace,
            progress=partial(_tell, work, sum(line["found"] + line["refused"] for line in report)),
        )
        line: dict[str, Any] = {"source": source, "found": 0, "refused": 0, "error": ""}
        try:
            result = SOURCES[source.partition(":")[0]](search)
        except SourceFailed as error:
            line["error"] = str(error)
        else:
            findings.append(result)
            line |= {"found": len(result.found), "refused": len(result.refused), **result.facts}
        report.append(line)
    return findings, report


def _tell(work: StageWork, before: int, count: int) -> None:
    """Progress while the total is not known yet."""
    work.tick(before + count)


def merged(findings: Sequence[Findings]) -> tuple[list[Found], list[Refused]]:
    """Each address once: of several finds the one with the most to show, and a find before a refusal."""
    found: dict[str, Found] = {}
    for item in (item for finding in findings for item in finding.found):
        other = found.get(item.candidate.id)
        if other is None or _worth(item) > _worth(other):
            found[item.candidate.id] = item
    refused: dict[str, Refused] = {}
    for refusal in (refusal for finding in findings for refusal in finding.refused):
        if refusal.candidate.id not in found:
            refused.setdefault(refusal.candidate.id, refusal)
    return list(found.values()), list(refused.values())


def _worth(item: Found) -> tuple[bool, bool, int]:
    return bool(item.candidate.blob), bool(item.candidate.licence), len(item.candidate.title)


def _reject(work: StageWork, candidate: Candidate, reason: str, detail: str, *, failed: bool = False) -> None:
    work.output.reject(NOUN, candidate.id, reason, detail, url=candidate.url, record=candidate, failed=failed)


def _nothing_left(
    work: StageWork, sources: Sequence[dict[str, Any]], refused: Sequence[Refused], off_topic: Sequence[Found]
) -> str:
    tried = []
    for source in sources:
        if source["error"]:
            tried.append(f"{source['source']}: {source['error']}")
            continue
        name = source["source"]
        reasons = Counter(item.reason for item in refused if item.candidate.source == name)
        reasons["off_topic"] += sum(1 for item in off_topic if item.candidate.source == name)
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()) if count)
        tried.append(f"{name}: {told or 'nothing there'}")
    return f"No document about {work.spec.subject!r} was found. Tried " + "; ".join(tried).rstrip(".") + "."
