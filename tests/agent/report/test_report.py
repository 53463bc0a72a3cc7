"""The report page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.job.states import JobState
from agent.ledger.contract import StageView
from agent.report import write_report
from agent.report.attrition import MOST_SHOWN
from agent.store import Store
from tests.agent.report.sample import HOSTILE, JOB_ID, FinishedJob, discovered_job, finished_job, job_record


class _Page(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += " " if tag in ("td", "th", "br") else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def _html(job: FinishedJob) -> str:
    return Path(write_report(job.view, job.outputs, job.store, job.result)).read_text()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path))


def test_the_report_lies_in_the_jobs_folder(store: Store, tmp_path: Path) -> None:
    job = finished_job(store)
    assert write_report(job.view, job.outputs, store, job.result) == f"{tmp_path}/jobs/{JOB_ID}/report.html"


def test_a_published_job_says_so_and_shows_the_figures_with_their_intervals(store: Store) -> None:
    page = _Page(_html(finished_job(store)))
    assert "PUBLISHED after 5 min 00 s" in page.text
    for figure in ("21.40", "14.10", "-36.0 to -31.9", "0.319 to 0.360", "58 questions"):
        assert figure in page.text


def test_a_refusal_says_why_and_what_would_help(store: Store) -> None:
    text = _Page(_html(finished_job(store, JobState.REJECTED))).text
    assert "NOT PUBLISHED" in text
    assert "Likely cause: too few training rows (31)" in text
    assert "What would help: add sources, or raise discover.max_documents" in text
    assert "✗ failed" in text


def test_a_failed_job_has_a_report_too(store: Store) -> None:
    text = _Page(_html(finished_job(store, JobState.FAILED))).text
    assert "FAILED in “Train”" in text
    assert "the disk is full" in text
    assert "Base against tuned" not in text


def test_the_page_loads_nothing_and_runs_nothing(store: Store) -> None:
    html = _html(finished_job(store))
    page = _Page(html)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
    assert not any(name.startswith("on") or name == "src" for _, attributes in page.tags for name in attributes)
    assert "url(" not in html
    assert "@import" not in html
    assert ("meta", "default-src 'none'; style-src 'unsafe-inline'") in {
        (tag, attributes.get("content")) for tag, attributes in page.tags
    }


def test_text_of_documents_is_shown_and_never_markup(store: Store) -> None:
    html = _html(finished_job(store))
    assert "<script" not in html
    assert "&lt;script&gt;alert" in html
    assert HOSTILE not in _Page(html).text
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_only_web_addresses_become_links(store: Store) -> None:
    page = _Page(_html(finished_job(store)))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert "http://127.0.0.1:8800/basics/qubit.html" in links
    assert all(link is not None and link.startswith("http") for link in links)
    assert "javascript:alert(2)" in page.text


def test_the_funnel_shows_each_stage_and_that_it_adds_up(store: Store) -> None:
    text = re.sub(r"\s+", " ", _Page(_html(finished_job(store))).text)
    assert "Find documents documents 43 40 3 off topic ✓" in text
    assert "Read documents documents 40 38 1 too short 1 corrupt pdf ✓" in text


def test_rejected_items_are_listed_up_to_a_bound_that_is_said(store: Store) -> None:
    text = _Page(_html(finished_job(store, rejections=MOST_SHOWN + 5))).text
    assert f"{MOST_SHOWN + 5} set aside, the first {MOST_SHOWN} shown" in text
    assert text.count("http://127.0.0.1:8800/garden/") == MOST_SHOWN


def test_sources_carry_their_licences_and_rows_their_parts(store: Store) -> None:
    text = re.sub(r"\s+", " ", _Page(_html(finished_job(store))).text)
    assert "Rows: 5 for training, 2 for validation, 1 for the test." in text
    assert "CC-BY-4.0 1 4" in text
    assert "none stated 1 4" in text


def test_each_document_shows_source_licence_verdict_relevance_and_the_lines_it_rests_on(store: Store) -> None:
    text = re.sub(r"\s+", " ", _Page(_html(finished_job(store))).text)
    assert "2 lines of evidence robots no rule closes it 2026-01-03 10:00 · http://127.0.0.1:8800/robots.txt" in text
    assert "site:http://127.0.0.1:8800/ CC-BY-4.0 allowed 2026-01-03 0.83 train 4" in text
    assert "site:http://127.0.0.1:8800/ none stated allowed, site silent 2026-01-03 0.83 train 4" in text


def test_what_was_withdrawn_before_training_is_said_and_listed(store: Store) -> None:
    text = re.sub(r"\s+", " ", _Page(_html(finished_job(store))).text)
    assert (
        "asked for again before training: 2 of 3 stand, 1 withdrawn. 1 of them rests on the earlier permission" in text
    )
    assert "permission withdrawn documents http://127.0.0.1:8800/labs/trap.html robots_disallow: Disallow" in text


def test_before_rights_were_cleared_the_page_claims_no_second_look(store: Store) -> None:
    job = finished_job(store)
    outputs = {**job.outputs, Stage.ASSEMBLE: job.outputs[Stage.CLEAR], Stage.CLEAR: ()}
    text = _Page(_html(replace(job, outputs=outputs))).text
    assert "asked for again" not in text
    assert "allowed once" in text


def test_topics_show_their_share_of_the_subject_beside_that_of_the_documents_in_use(store: Store) -> None:
    html = _html(finished_job(store))
    text = re.sub(r"\s+", " ", _Page(html).text)
    assert "qubits qubit, quantum bit 2 50 % 75 %" in text
    assert "quantum error correction QEC 1 30 % 25 %" in text
    assert "none 20 % 0 %" in text, "a document about it was found, and did not make it into the dataset"
    assert "2 of 3 topics have documents." in text
    assert 'aria-label="75 % of the corpus, 50 % of the subject"' in html


def test_what_was_set_for_this_job_is_told_apart_from_defaults(store: Store) -> None:
    text = _Page(_html(finished_job(store))).text
    assert "Set for this job: sources = ('site:http://127.0.0.1:8800/',), train.epochs = 3.0." in text
    assert "train.lora_rank" in text


def test_the_loss_curve_has_a_line_for_training_and_dots_for_validation(store: Store) -> None:
    page = _Page(_html(finished_job(store)))
    lines = [attributes for tag, attributes in page.tags if tag == "polyline"]
    assert len((lines[0]["points"] or "").split()) == 60
    assert sum(tag == "circle" for tag, _ in page.tags) == 4
    assert "step 15: validation loss 2.467" in page.text


def test_parts_that_were_given_up_are_named(store: Store) -> None:
    job = finished_job(store)
    faulty = replace(job.view.stages[Stage.PARSE], set_aside=1, faults={"0002": "OSError: no space left"})
    view = replace(job.view, stages={**job.view.stages, Stage.PARSE: faulty})
    text = _Page(_html(replace(job, view=view))).text
    assert "Parts that were given up" in text
    assert "OSError: no space left" in text


def test_a_damaged_artifact_costs_its_part_and_is_named(store: Store) -> None:
    job = finished_job(store)
    (path,) = job.outputs[Stage.TRAIN]
    store.write(f"{path}/metrics.jsonl", b"changed")
    text = _Page(_html(job)).text
    assert "Loss while training" not in text
    assert f"{path}: " in text
    assert "What was set aside" in text


def test_a_job_that_has_not_begun_has_a_page(store: Store) -> None:
    job = finished_job(store)
    view = replace(
        job.view,
        job=job_record(JobState.QUEUED),
        stages={stage: StageView(stage=stage) for stage in Stage},
    )
    result = replace(
        job.result,
        state=JobState.QUEUED,
        verdict=None,
        evaluation=None,
        funnel={},
        model_uri="",
        provenance_uri="",
    )
    assert "QUEUED" in _Page(_html(FinishedJob(store, view, {}, result))).text


def test_how_documents_were_read_is_told_in_figures(store: Store) -> None:
    html = _html(finished_job(store))
    figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html.replace("\N{NO-BREAK SPACE}", " ")))
    assert figures["Documents read"] == "38" and figures["Pages of PDFs"] == "1 240"
    assert figures["Pages read by OCR"] == "40" and figures["OCR pages in doubt"] == "3 (7.5 %)"
    assert figures["Pages by the layout model"] == "12" and figures["Personal data masked"] == "16"
    text = re.sub(r"\s+", " ", _Page(html).text)
    assert "Read as HTML 29, PDF 6, scans (OCR) 2," in text
    assert "Personal data masked: 14 email, 2 phone." in text
    assert "18 200 of navigation and footers, 5 400 of bibliographies." in text


def test_the_quality_of_documents_is_drawn_with_the_threshold(store: Store) -> None:
    page = _Page(_html(finished_job(store)))
    assert "30 went on, 0.95 to 1.00" in page.text and "2 rejected, 0.65 to 0.70" in page.text
    assert "rejected for it (6)threshold 0.70" in page.text


def test_a_job_that_read_nothing_says_nothing_of_reading(store: Store) -> None:
    assert "How the documents were read" not in _html(discovered_job(store))
