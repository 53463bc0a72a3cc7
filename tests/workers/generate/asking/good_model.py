"""A scripted model that reads what it is asked and answers well: every answer is built of the fenced document's own
sentences, for every kind that is ordered. It needs plain sentences of the form "A qubit is …"."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.workers.llm.server import Reply

_SENTENCE = re.compile(r"[A-Z][^.!?\n]{20,240}\.(?=\s|$)")
_STATEMENT = re.compile(r"^((?:An?|The|Every|Each)? ?[^,;:]{2,50}?) (is|are|can|has|have) (.{15,})\.$")

_POINTER = re.compile(
    r"(?:It|There|They|This|These|That|Those|He|She|We|You|What|Which|If|For|Since|When|While|As|In|On|At|By|With|To"
    r"|Both|One|Other|Such|Here|So|But|And|Its|Their|Consider|Because|After|Before|From|Under|Another|Then)\b"
)


@dataclass(frozen=True)
class Statement:
    """A sentence with its subject."""

    text: str
    subject: str
    verb: str
    rest: str

    @property
    def topic(self) -> str:
        """The subject as it stands within a sentence."""
        first, *others = self.subject.split()
        return " ".join([first.lower() if first in ("A", "An", "The", "Every", "Each") else first, *others])

    @property
    def question(self) -> str:
        return f"What {self.verb} {self.topic}?" if self.verb in ("is", "are") else f"What {self.verb} {self.topic} do?"


def good_model(body: dict[str, Any]) -> Reply:
    """The answer to one request; an empty list where the document has no plain statement."""
    user = str(body["messages"][1]["content"])
    found = statements(fenced(user, "document"))
    if "examples begins" in user:
        count = len(re.findall(r"^Example \d+$", user, re.MULTILINE))
        verdicts = [{"example": at, "reason": "The evidence says so.", "verdict": "good"} for at in range(1, count + 1)]
        return _reply(verdicts=verdicts)
    if "partner begins" in user:
        return _reply(examples=_hops(found, statements(fenced(user, "partner"))))
    if match := re.search(r"Ordered: one conversation of (\d+) turns", user):
        return _reply(turns=[_turn(each) for each in found[: int(match[1])]])
    orders = [(tag, int(count)) for count, tag in re.findall(r"(\d+) (\w+)", user.rpartition("at most: ")[2])]
    written = [_WRITERS[tag](found[at:] + found[:at]) for tag, count in orders for at in range(min(count, len(found)))]
    return _reply(examples=[each for each in written if each])


def fenced(user: str, name: str) -> str:
    """What stands between the marks of a request under this name."""
    mark = re.search(r"mark of this request is (\w+)\.", user)
    assert mark, "every request names its mark"
    return user.split(f"{mark[1]} {name} begins\n")[1].split(f"\n{mark[1]} {name} ends")[0]


def statements(text: str) -> list[Statement]:
    """The plain statements of a text, one for each subject."""
    matches = (_STATEMENT.match(sentence) for sentence in _SENTENCE.findall(text))
    found = {
        match[1]: Statement(match[0], *match.groups()) for match in matches if match and not _POINTER.match(match[1])
    }
    return list(found.values())


def _reply(**answer: Any) -> Reply:
    return Reply(json.dumps(answer))


def _turn(each: Statement) -> dict[str, Any]:
    return {"prompt": each.question, "response": each.text, "evidence": [each.text]}


def _written(kind: str, prompt: str, response: str, *evidence: Statement) -> dict[str, Any]:
    return {"kind": kind, "prompt": prompt, "response": response, "evidence": [each.text for each in evidence]}


def _pair(kind: str, prompt: str) -> Callable[[list[Statement]], dict[str, Any] | None]:
    """Writes of two statements at once; ``{a}`` and ``{b}`` stand for their subjects."""

    def write(found: list[Statement]) -> dict[str, Any] | None:
        if len(found) < 2:
            return None
        a, b = found[:2]
        return _written(kind, prompt.format(a=a.topic, b=b.topic), f"{a.text} {b.text}", a, b)

    return write


def _false_premise(found: list[Statement]) -> dict[str, Any]:
    each = found[0]
    return _written(
        "false_premise",
        f"Why {each.verb} {each.topic} not {each.rest}?",
        f"No: {each.text[0].lower()}{each.text[1:]}",
        each,
    )


def _unanswerable(found: list[Statement]) -> dict[str, Any]:
    each = found[0]
    return _written(
        "unanswerable",
        f"In which year {'were' if each.verb == 'are' else 'was'} {each.topic} described for the first time?",
        f"The passage does not tell when {each.topic} came to be described. {each.text}",
        each,
    )


def _summary(kind: str, prompt: str, form: str, most: int) -> Callable[[list[Statement]], dict[str, Any]]:
    def write(found: list[Statement]) -> dict[str, Any]:
        lines = [form.format(each.text) for each in found[:most]]
        return _written(kind, prompt, ("\n" if form.startswith("-") else " ").join(lines))

    return write


def _table(found: list[Statement]) -> dict[str, Any]:
    rows = [[each.subject, each.rest] for each in found]
    prompt = "Extract each thing that the passage defines, with the columns Thing and Definition."
    return {"prompt": prompt, "columns": ["Thing", "Definition"], "rows": rows}


def _choice(found: list[Statement]) -> dict[str, Any]:
    each = found[0]
    return {
        "prompt": each.question,
        "response": " ".join(each.rest.split()[:5]),
        "wrong_answers": ["a magnet of cold iron", "a lamp for red light", "a valve for warm steam"],
        "evidence": [each.text],
    }


def _hops(first: list[Statement], second: list[Statement]) -> list[dict[str, Any]]:
    if not first or not second:
        return []
    a, b = first[0], second[0]
    return [
        {
            "prompt": f"How do {a.topic} and {b.topic} belong together?",
            "response": f"{a.text} {b.text}",
            "first_evidence": [a.text],
            "second_evidence": [b.text],
        }
    ]


_WRITERS: dict[str, Callable[[list[Statement]], dict[str, Any] | None]] = {
    "factual": lambda found: _written("factual", found[0].question, found[0].text, found[0]),
    "answerable": lambda found: _written("answerable", found[0].question, found[0].text, found[0]),
    "analytical": _pair("analytical", "How does {a} work together with {b}?"),
    "inferential": _pair("inferential", "What follows for {a} from the nature of {b}?"),
    "comparative": _pair("comparative", "How do {a} and {b} differ?"),
    "false_premise": _false_premise,
    "unanswerable": _unanswerable,
    "summary_short": _summary("summary_short", "Summarise the passage in one sentence.", "{}", 1),
    "summary_detailed": _summary("summary_detailed", "Summarise the passage with all its points.", "{}", 4),
    "summary_bullets": _summary("summary_bullets", "Sum up the passage in bullet points.", "- {}", 4),
    "rewrite": _summary("rewrite", "Rewrite the passage for a school class.", "{}", 4),
    "explain": _pair("explain", "Explain {a} to a beginner, and how it goes with {b}."),
    "analyse": _pair("analyse", "Analyse how {a} depends on {b}."),
    "extract_json": _table,
    "extract_table": _table,
    "choice": _choice,
}
