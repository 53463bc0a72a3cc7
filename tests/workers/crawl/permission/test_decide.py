"""Decisions on documents, each checked by hand: what wins over what, and with which word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.spec import PermissionConfig
from tests.workers.crawl.permission.readings import BY, TIME, URL, decided, reading, service
from workers.crawl.permission.decide import decide

NC = '<link rel="license" href="https://creativecommons.org/licenses/by-nc-sa/4.0/">'
SA = '<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">'
ND = '<link rel="license" href="https://creativecommons.org/licenses/by-nd/4.0/">'
ARR = '<meta name="copyright" content="© 2026 Example Ltd. All rights reserved.">'
META = '<meta name="robots" content="{}">'
SIGNAL_NO = "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n"
SIGNAL_YES = "User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n"
USAGE = "User-agent: *\nAllow: /\nContent-Usage: train-ai=n\nContent-Usage: /notes/ train-ai=y\n"
NONCOMMERCIAL = {"profile": "noncommercial", "intended_use": "noncommercial"}
RESEARCH = {"profile": "research", "intended_use": "research"}
OWN = {"declared": {"site:https://example.org/": "own"}}
DECLARED_BY = {"declared": {"site:https://example.org/": "CC-BY-4.0"}}
SITE_RESERVED = '[{"location": "/", "tdm-reservation": 1}]'
RSL = '<rsl xmlns="https://rslstandard.org/rsl"><content url="{url}"{more}><license>{inside}</license></content></rsl>'


def rsl(inside: str, url: str = "/", more: str = "") -> str:
    """An RSL file with one licence."""
    return RSL.format(url=url, inside=inside, more=more)


PERMITS = '<permits type="usage">{}</permits>'
PROHIBITS = '<prohibits type="usage">{}</prohibits>'
ALLOWED = ""

CASES: dict[str, tuple[dict[str, Any], str]] = {
    # Licences alone.
    "cc by": ({}, ALLOWED),
    "cc by under strict": ({"permission": {"profile": "strict"}}, ALLOWED),
    "by-sa under the default": ({"html": SA}, ALLOWED),
    "by-sa under strict": ({"html": SA, "permission": {"profile": "strict"}}, "licence_outside_profile"),
    "by-nc-sa for commercial use": ({"html": NC}, "licence_outside_profile"),
    "by-nc-sa for noncommercial use": ({"html": NC, "permission": NONCOMMERCIAL}, ALLOWED),
    "by-nc-sa for research": ({"html": NC, "permission": RESEARCH}, ALLOWED),
    "no derivatives, even for research": ({"html": ND, "permission": RESEARCH}, "licence_no_derivatives"),
    "all rights reserved": ({"html": ARR}, "licence_all_rights_reserved"),
    "all rights reserved, even for research": ({"html": ARR, "permission": RESEARCH}, "licence_all_rights_reserved"),
    "arxiv's own licence by default": (
        {"html": "", "licence": "LicenseRef-arxiv-nonexclusive"}, "licence_outside_profile",
    ),
    "arxiv's own licence for research": (
        {"html": "", "licence": "LicenseRef-arxiv-nonexclusive", "permission": RESEARCH}, ALLOWED,
    ),
    "pmc's tdm for noncommercial use": (
        {"html": "", "licence": "LicenseRef-pmc-tdm", "permission": NONCOMMERCIAL}, "licence_outside_profile",
    ),
    "pmc's tdm for research": ({"html": "", "licence": "LicenseRef-pmc-tdm", "permission": RESEARCH}, ALLOWED),
    "a licence that is sold": ({"html": "", "licence": "BUSL-1.1", "permission": RESEARCH}, "licence_outside_profile"),
    "nothing is stated": ({"html": ""}, "licence_unknown"),
    "nothing is stated, even for research": ({"html": "", "permission": RESEARCH}, "licence_unknown"),
    "words that name no licence": ({"html": '<meta name="rights" content="see the imprint">'}, "licence_unknown"),
    "words against training": (
        {"html": '<meta name="rights" content="Not to be used for AI training">'}, "licence_forbids_training",
    ),
    # Signals that are said oddly, or twice.
    "a reservation in a header that came twice": ({"headers": {"tdm-reservation": "0, 1"}}, "optout_tdmrep"),
    "a signal in quotes": (
        {"robots_txt": 'User-agent: *\nContent-Signal: ai-train="no"\n'}, "optout_content_signal",
    ),
    "a signal beside a longer path that is about search": (
        {"robots_txt": "User-agent: *\nContent-Signal: ai-train=no\nContent-Signal: /notes/ search=yes\n"},
        "optout_content_signal",
    ),
    # Several statements.
    "the source says by, the page nd": ({"html": ND, "licence": "CC-BY-4.0"}, "licence_no_derivatives"),
    "the source says nc, the page by": ({"licence": "CC-BY-NC-4.0"}, "licence_outside_profile"),
    "the source says by, the page nothing": ({"html": "", "licence": "CC-BY-4.0"}, ALLOWED),
    "the page says by and all rights reserved": ({"html": BY + ARR}, "licence_all_rights_reserved"),
    "either licence of two": ({"html": "", "licence": "CC-BY-ND-4.0 OR CC-BY-4.0"}, ALLOWED),
    "both licences of two": ({"html": "", "licence": "CC-BY-ND-4.0 AND CC-BY-4.0"}, "licence_no_derivatives"),
    "a link header with a licence": (
        {"html": "", "headers": {"link": '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'}}, ALLOWED,
    ),
    "a link header with nd beside a page with by": (
        {"headers": {"link": '<https://creativecommons.org/licenses/by-nd/4.0/>; rel="license"'}},
        "licence_no_derivatives",
    ),
    # The user's own word.
    "the user's own, nothing stated": ({"html": "", "permission": OWN}, ALLOWED),
    "the user's own, all rights reserved": ({"html": ARR, "permission": OWN}, ALLOWED),
    "the user's own, but nd": ({"html": ND, "permission": OWN}, "licence_no_derivatives"),
    "the user's own, but noai": ({"html": META.format("noai"), "permission": OWN}, "optout_noai"),
    "declared cc by, nothing stated": ({"html": "", "permission": DECLARED_BY}, ALLOWED),
    "declared cc by, all rights reserved": ({"html": ARR, "permission": DECLARED_BY}, "licence_all_rights_reserved"),
    "declared cc by, the page says nc": ({"html": NC, "permission": DECLARED_BY}, "licence_outside_profile"),
    "declared for another source": (
        {"html": "", "source": "dir:elsewhere", "permission": DECLARED_BY}, "licence_unknown",
    ),
    # robots.txt.
    "robots open": ({"robots_txt": "User-agent: *\nAllow: /\n"}, ALLOWED),
    "robots closed": ({"robots_txt": "User-agent: *\nDisallow: /notes/\n"}, "robots_disallow"),
    "robots closed to us alone": ({"robots_txt": "User-agent: finetune-agent\nDisallow: /\n"}, "robots_disallow"),
    "robots closed beats the user's own": (
        {"html": "", "permission": OWN, "robots_txt": "User-agent: *\nDisallow: /\n"}, "robots_disallow",
    ),
    "gptbot is closed out": ({"robots_txt": "User-agent: GPTBot\nDisallow: /\n"}, "optout_training_agents"),
    "gptbot is closed out elsewhere": ({"robots_txt": "User-agent: GPTBot\nDisallow: /blog/\n"}, ALLOWED),
    "gptbot is closed out but for this": (
        {"robots_txt": "User-agent: gptbot\nDisallow: /\nAllow: /notes/\n"}, ALLOWED,
    ),
    "gptbot is closed out, and we are let in by name": (
        {"robots_txt": "User-agent: finetune-agent\nAllow: /\n\nUser-agent: CCBot\nDisallow: /\n"},
        "optout_training_agents",
    ),
    "gptbot is closed out, the user does not mind": (
        {"robots_txt": "User-agent: GPTBot\nDisallow: /\n", "permission": {"honour_training_agents": False}}, ALLOWED,
    ),
    "an assistant is closed out": ({"robots_txt": "User-agent: ChatGPT-User\nDisallow: /\n"}, ALLOWED),
    "a search crawler is closed out": ({"robots_txt": "User-agent: OAI-SearchBot\nDisallow: /\n"}, ALLOWED),
    # Content-Signal.
    "content-signal no": ({"robots_txt": SIGNAL_NO}, "optout_content_signal"),
    "content-signal yes lifts nothing": ({"html": "", "robots_txt": SIGNAL_YES}, "licence_unknown"),
    "content-signal yes beside cc by": ({"robots_txt": SIGNAL_YES}, ALLOWED),
    "content-signal about search alone": ({"robots_txt": "User-agent: *\nContent-Signal: search=no\n"}, ALLOWED),
    "content-signal for another crawler": (
        {"robots_txt": "User-agent: otherbot\nContent-Signal: ai-train=no\n"}, ALLOWED,
    ),
    "content-signal for gptbot": (
        {"robots_txt": "User-agent: GPTBot\nContent-Signal: ai-train=no\nAllow: /\n"}, "optout_training_agents",
    ),
    "content-signal above all groups": (
        {"robots_txt": "Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n"}, "optout_content_signal",
    ),
    "content-signal header": ({"headers": {"content-signal": "ai-train=no, search=yes"}}, "optout_content_signal"),
    "content-signal yes in the header, no in robots": (
        {"headers": {"content-signal": "ai-train=yes"}, "robots_txt": SIGNAL_NO}, "optout_content_signal",
    ),
    # Content-Usage.
    "content-usage: the longest path allows": ({"robots_txt": USAGE}, ALLOWED),
    "content-usage: elsewhere it does not": (
        {"robots_txt": USAGE, "url": "https://example.org/other.html"}, "optout_content_usage",
    ),
    "content-usage: two of one path disagree": (
        {"robots_txt": "User-agent: *\nContent-Usage: train-ai=y\nContent-Usage: train-ai=n\n"},
        "optout_content_usage",
    ),
    "content-usage header": ({"headers": {"content-usage": "train-ai=n"}}, "optout_content_usage"),
    "content-usage header that is none": ({"headers": {"content-usage": "Train-AI=n"}}, ALLOWED),
    "content-usage: the last of one key counts": ({"headers": {"content-usage": "train-ai=n, train-ai=y"}}, ALLOWED),
    "content-usage: a quoted word is no answer": ({"headers": {"content-usage": 'train-ai="n"'}}, ALLOWED),
    "content-usage of an earlier draft": ({"headers": {"content-usage": "genai=n"}}, "optout_content_usage"),
    # TDMRep.
    "tdmrep file reserves": ({"tdmrep": SITE_RESERVED}, "optout_tdmrep"),
    "tdmrep file reserves another path": ({"tdmrep": '[{"location": "/blog/", "tdm-reservation": 1}]'}, ALLOWED),
    "tdmrep file: the first rule that fits": (
        {"tdmrep": '[{"location": "/notes/*.html", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]'},
        ALLOWED,
    ),
    "tdmrep header lifts the file": ({"tdmrep": SITE_RESERVED, "headers": {"tdm-reservation": "0"}}, ALLOWED),
    "tdmrep meta overrides the header": (
        {"headers": {"tdm-reservation": "0"}, "html": BY + '<meta name="tdm-reservation" content="1">'},
        "optout_tdmrep",
    ),
    "tdmrep: a header without it resets nothing": (
        {"tdmrep": SITE_RESERVED, "headers": {"tdm-policy": "https://example.org/policy"}}, "optout_tdmrep",
    ),
    "tdmrep: another value is no value": ({"headers": {"tdm-reservation": "yes"}}, ALLOWED),
    "tdmrep file that is a web page": ({"tdmrep": "<html>not found</html>"}, ALLOWED),
    "tdmrep in a pdf": (
        {"body": b"%PDF-1.7 <tdm:reservation>1</tdm:reservation>", "media_type": "application/pdf",
         "licence": "CC-BY-4.0"}, "optout_tdmrep",
    ),
    # RSL.
    "rsl prohibits": ({"rsl": rsl(PROHIBITS.format("ai-train"))}, "optout_rsl"),
    "rsl prohibits all ai": ({"rsl": rsl(PROHIBITS.format("ai-all"))}, "optout_rsl"),
    "rsl permits search only": ({"rsl": rsl(PERMITS.format("search"))}, "optout_rsl"),
    "rsl permits training for nothing": ({"rsl": rsl(PERMITS.format("ai-train, search"))}, ALLOWED),
    "rsl permits training, no licence is named": (
        {"html": "", "rsl": rsl(PERMITS.format("ai-train"))}, "licence_unknown",
    ),
    "rsl for a price": (
        {"rsl": rsl(PERMITS.format("ai-train") + '<payment type="training"><amount>1</amount></payment>')},
        "rsl_needs_licence",
    ),
    "rsl through a licence server": (
        {"rsl": rsl(PERMITS.format("all"), more=' server="https://olp.example"')}, "rsl_needs_licence",
    ),
    "rsl for another path": ({"rsl": rsl(PROHIBITS.format("all"), url="/blog/*")}, ALLOWED),
    "rsl for another host": ({"rsl": rsl(PROHIBITS.format("all"), url="https://other.example/")}, ALLOWED),
    "rsl with a standard licence": (
        {"html": "", "rsl": rsl(
            PERMITS.format("all") + '<payment type="attribution"><standard>'
            "https://creativecommons.org/licenses/by/4.0/</standard></payment>")}, ALLOWED,
    ),
    "rsl for noncommercial users only": (
        {"rsl": rsl('<permits type="user">non-commercial</permits>')}, "optout_rsl",
    ),
    "rsl that is broken": ({"rsl": "<rsl><content"}, ALLOWED),
    # Meta elements, X-Robots-Tag, ai.txt.
    "meta noai": ({"html": BY + META.format("noai, noimageai")}, "optout_noai"),
    "meta noml": ({"html": BY + META.format("noml")}, "optout_noai"),
    "meta noimageai on text": ({"html": BY + META.format("noimageai")}, ALLOWED),
    "header noimageai on a pdf": (
        {"body": b"%PDF-1.7", "media_type": "application/pdf", "licence": "CC-BY-4.0",
         "headers": {"x-robots-tag": "noimageai"}}, "optout_noimageai",
    ),
    "meta noindex": ({"html": BY + META.format("noindex")}, "optout_noindex"),
    "noai is told before noindex": ({"html": BY + META.format("noindex, noai")}, "optout_noai"),
    "meta for another crawler": ({"html": BY + '<meta name="googlebot" content="noindex">'}, ALLOWED),
    "header noai": ({"headers": {"x-robots-tag": "noai"}}, "optout_noai"),
    "header noai for another crawler": ({"headers": {"x-robots-tag": "otherbot: noai"}}, ALLOWED),
    "ai.txt closes everything": ({"ai_txt": "User-Agent: *\nDisallow: /\n"}, "optout_ai_txt"),
    "ai.txt closes web pages": ({"ai_txt": "User-Agent: *\nDisallow: *.html\nAllow: *.txt\n"}, "optout_ai_txt"),
    "ai.txt closes pictures": ({"ai_txt": "User-Agent: *\nDisallow: *.png\nDisallow: *.jpg\n"}, ALLOWED),
    "ai.txt closes web pages, this one has no extension": (
        {"ai_txt": "User-Agent: *\nDisallow: *.html\n", "url": "https://example.org/notes/qubit"}, "optout_ai_txt",
    ),
    "ai.txt that describes the site": ({"ai_txt": "# Example\n\nNotes on qubits.\n"}, ALLOWED),
    # Terms of services.
    "terms forbid": ({"service": service("forbidden")}, "terms_forbid_training"),
    "terms forbid beats the user's own": (
        {"html": "", "permission": OWN, "service": service("forbidden")}, "terms_forbid_training",
    ),
    "terms end at commercial use": ({"service": service("noncommercial")}, "terms_noncommercial"),
    "terms end at commercial use, which this is not": (
        {"service": service("noncommercial"), "permission": NONCOMMERCIAL}, ALLOWED,
    ),
    "terms allow, no licence": ({"html": "", "service": service("allowed")}, "licence_unknown"),
    "terms carry the licence": ({"html": "", "service": service(licence="CC-BY-SA-4.0")}, ALLOWED),
    "terms carry a licence, the page another": (
        {"html": ND, "service": service(licence="CC-BY-SA-4.0")}, "licence_no_derivatives",
    ),
    "terms allow, the page opts out": (
        {"html": BY + META.format("noai"), "service": service("allowed")}, "optout_noai",
    ),
    # What wins.
    "an opt-out is told before the licence": ({"html": ND, "robots_txt": SIGNAL_NO}, "optout_content_signal"),
    "access is told before the opt-out": (
        {"robots_txt": "User-agent: *\nDisallow: /\nContent-Signal: ai-train=no\n"}, "robots_disallow",
    ),
    "six welcome it and one does not": (
        {"html": BY + META.format("all"), "robots_txt": SIGNAL_YES, "headers": {"content-usage": "train-ai=y"},
         "tdmrep": '[{"location": "/", "tdm-reservation": 0}]', "rsl": rsl(PERMITS.format("all")),
         "service": service("allowed"), "ai_txt": "User-Agent: *\nDisallow: /notes/\n"}, "optout_ai_txt",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("read", "reason"), CASES.values(), ids=CASES)
def test_the_decision(read: dict[str, Any], reason: str) -> None:
    decision = decided(**read)
    assert decision.reason == reason
    expected = "allowed" if not reason else "quarantined" if reason == "licence_unknown" else "refused"
    assert decision.verdict == expected


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


def test_a_refusal_carries_the_raw_line_its_address_and_its_time() -> None:
    decision = decided(robots_txt=SIGNAL_NO)
    deciding, verdict = decision.evidence[-2:]
    assert deciding.model_dump() == {
        "kind": "signal", "url": "https://example.org/robots.txt",
        "line": "Content-Signal: search=yes,ai-train=no", "time": TIME,
    }  # fmt: skip
    assert (verdict.kind, verdict.line) == (
        "decision", "refused: optout_content_signal (profile share-alike, commercial use)",
    )  # fmt: skip
    assert decision.detail == "Content-Signal: search=yes,ai-train=no (https://example.org/robots.txt)"


def test_a_permission_carries_its_licence_line_and_everything_else_that_was_read() -> None:
    decision = decided(robots_txt=SIGNAL_YES, tdmrep='[{"location": "/", "tdm-reservation": 0}]')
    assert decision.licence == "CC-BY-4.0"
    assert [item.kind for item in decision.evidence] == ["robots", "signal", "tdmrep", "licence", "decision"]
    assert "licenses/by/4.0" in decision.evidence[3].line and decision.evidence[3].url == URL


def test_the_users_word_is_on_record() -> None:
    decision = decided(permission=OWN, html="")
    word = next(item for item in decision.evidence if item.kind == "operator")
    assert word.line == "permission.declared: site:https://example.org/ = own, by whoever ran the job"
    assert decision.licence == "LicenseRef-own"


SIGNALS: tuple[dict[str, Any], ...] = (
    {"robots_txt": SIGNAL_NO}, {"robots_txt": SIGNAL_YES}, {"robots_txt": "User-agent: CCBot\nDisallow: /\n"},
    {"tdmrep": SITE_RESERVED}, {"ai_txt": "User-Agent: *\nDisallow: /\n"}, {"rsl": rsl(PROHIBITS.format("all"))},
    {"headers": {"content-usage": "train-ai=n"}}, {"html": BY + META.format("noai")}, {"html": ND},
    {"service": service("forbidden")}, {"service": service("allowed", "CC-BY-4.0")},
)  # fmt: skip


@given(st.lists(st.sampled_from(range(len(SIGNALS))), unique=True))
def test_a_refusal_stands_whatever_else_is_said(chosen: list[int]) -> None:
    read: dict[str, Any] = {}
    refused = False
    for index in chosen:
        if read.keys() & SIGNALS[index].keys():
            continue
        read |= SIGNALS[index]
        refused = refused or decided(**SIGNALS[index]).verdict == "refused"
    assert (decided(**read).verdict == "refused") == refused


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_text_in_any_file_breaks_the_decision(one: str, other: str) -> None:
    read = reading(robots_txt=f"{one}\nUser-agent: {other}\nDisallow: /{one}", tdmrep=other, ai_txt=one, rsl=other,
                   headers={"content-usage": one, "content-signal": other})  # fmt: skip
    assert decide(read, PermissionConfig()).verdict in ("allowed", "refused")
