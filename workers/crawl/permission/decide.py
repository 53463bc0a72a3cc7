"""Whether a fetched document may be trained on: opt-outs and licence against the policy, each with its
evidence.

Pure: what was read goes in, a decision comes out. Whether a document may be *fetched* is decided before, by
`workers.crawl.http.robots` and `workers.crawl.http.address`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.job.licences import Policy, spdx, trainable
from agent.job.records import Evidence
from workers.crawl.glance import Glance
from workers.crawl.permission.page import opt_outs


@dataclass(frozen=True)
class Access:
    """The decision on one document."""

    allowed: bool
    reason: str
    """Why not, '' when allowed: optout_noai, optout_noindex, licence_forbids_training,
    licence_outside_policy, no_licence."""
    licence: str
    """SPDX expression of all that was stated, '' for nothing known."""
    evidence: tuple[Evidence, ...]
    """Everything the decision rests on; for a refusal the line that decided comes last."""

    @property
    def deciding_line(self) -> str:
        """The line that decided, '' when nothing was stated."""
        return self.evidence[-1].line if self.evidence else ""


def decide_access(
    url: str,
    *,
    stated_licence: str,
    seen: Glance,
    headers: Mapping[str, str],
    policy: Policy,
    time: str,
) -> Access:
    """Whether a document may be trained on, and why.

    ``stated_licence`` is what its source says (a manifest, a feed), ``seen`` and ``headers`` what the
    document itself says. All statements bind together (SPDX AND): a page's own "no derivatives" is not lifted
    by a folder's manifest.
    """
    for optout in opt_outs(seen.robots, headers):
        refusal = Evidence(kind=optout.kind, url=url, line=optout.line, time=time)
        return Access(False, optout.reason, "", (refusal,))

    licences: list[str] = [stated_licence] if stated_licence else []
    evidence: list[Evidence] = []
    for kind, value, line in _statements(seen, headers):
        evidence.append(Evidence(kind=kind, url=url, line=line, time=time))
        if named := spdx(value):
            licences.append(named)
            alone = trainable(named, policy)
            if not alone.allowed:
                return Access(False, alone.reason, _joined(licences), tuple(evidence))
    licence = _joined(licences)
    verdict = trainable(licence, policy)
    if verdict.allowed and not licence:
        line = f"licence_policy={policy}: no licence is stated, trained on at the operator's word"
        evidence.append(Evidence(kind="operator", url=url, line=line, time=time))
    return Access(verdict.allowed, verdict.reason, licence, tuple(evidence))


def _statements(seen: Glance, headers: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Licence statements as (kind of evidence, value, raw line), each line once."""
    found = [("licence", item.value, item.line) for item in seen.licences]
    for target, parameters in _links(headers.get("link", "")):
        if "license" in parameters.get("rel", "").lower().split():
            found.append(("header", target, f"Link: <{target}>; rel={parameters['rel']}"))
    return list({line: (kind, value, line) for kind, value, line in reversed(found)}.values())[::-1]


def _links(header: str) -> list[tuple[str, dict[str, str]]]:
    from requests.utils import parse_header_links

    return [(link["url"], link) for link in parse_header_links(header)] if header else []


def _joined(licences: Sequence[str]) -> str:
    """The SPDX expression that all of them make together."""
    unique = list(dict.fromkeys(licences))
    if len(unique) == 1:
        return unique[0]
    return " AND ".join(f"({item})" if " OR " in item else item for item in unique)
