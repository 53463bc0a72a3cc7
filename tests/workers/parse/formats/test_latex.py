"""LaTeX as papers are written in it."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.formats.latex import read_latex

PAPER = r"""\documentclass{article}
% What stands here is not read.
\newcommand{\ket}[1]{|#1\rangle}
\title{On \emph{qubits}} \author{Ada One \and Bob Two} \date{May 17, 2024}
\begin{document}
\maketitle
\begin{abstract}We show a thing.\end{abstract}
\section{Introduction}\label{sec:one}
As was shown~\cite{foo,bar}, the state $\ket{0}$ is good, see Section~\ref{sec:one} and~\eqref{eq:a}. % really
\begin{align}\label{eq:a} a &= b \\ c &= \ket{d} \end{align}
\input{secret/passwords}
\begin{itemize}\item one \item two \begin{enumerate}\item three\end{enumerate}\end{itemize}
\begin{lstlisting}[language=Python]
h(0)  % kept
\end{lstlisting}
\begin{table}\caption{Counts.}\begin{tabular}{l|c}a & b \\ \hline 1 & 2 \end{tabular}\end{table}
\begin{thebibliography}{9}\bibitem{foo} A. Foo, Title.\end{thebibliography}
\end{document}
"""


def test_a_paper_becomes_blocks_in_its_order() -> None:
    assert [(block.kind, block.level, block.language, block.text) for block in read_latex(PAPER).blocks] == [
        (BlockKind.HEADING, 1, "", "Abstract"),
        (BlockKind.PARAGRAPH, 0, "", "We show a thing."),
        (BlockKind.HEADING, 1, "", "Introduction"),
        (BlockKind.PARAGRAPH, 0, "", r"As was shown, the state $|0\rangle$ is good, see Section 1 and."),
        (BlockKind.FORMULA, 0, "", "$$\\begin{aligned}\na &= b \\\\ c &= |d\\rangle\n\\end{aligned}$$"),
        (BlockKind.LIST, 0, "", "- one\n- two\n  - three"),
        (BlockKind.CODE, 0, "python", "h(0)  % kept"),
        (BlockKind.CAPTION, 0, "", "Counts."),
        (BlockKind.TABLE, 0, "", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ]


def test_the_preamble_says_title_authors_and_date() -> None:
    found = read_latex(PAPER)
    assert (found.title, found.authors, found.date) == ("On qubits", ("Ada One", "Bob Two"), "2024-05-17")


def test_other_files_are_not_read_and_a_decision_names_them() -> None:
    (decision,) = read_latex(PAPER).decisions
    assert (decision.step, decision.choice) == ("latex.input", "not followed")
    assert "secret/passwords" in decision.reason and decision.measured == {"files": 1.0}
    assert "root:" not in "".join(block.text for block in read_latex(r"See \input{/etc/passwd} this.").blocks)


def test_offsets_hold_the_first_and_last_words() -> None:
    for block in read_latex(PAPER).blocks:
        if block.kind is BlockKind.PARAGRAPH:
            assert block.start is not None and block.end is not None
            inside = PAPER[block.start : block.end]
            assert inside.startswith(block.text.split()[0]) and inside.split()[-1].strip(".") in PAPER


def test_a_macro_without_end_is_too_complex() -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_latex(r"\newcommand{\a}{\a\a x} \begin{document} \a \end{document}")
    assert caught.value.reason in ("too_complex", "corrupt_latex")


def test_what_cannot_be_parsed_costs_its_line_alone_and_is_recorded() -> None:
    found = read_latex(
        "\\def\\first#1 #2\\relax{#1}\n\\begin{document} Some text.\n\\begin{itemize}\n\\item one\n\\item two\n"
    )
    assert [block.text for block in found.blocks] == ["Some text.", "- one\n- two"]
    (decision,) = found.decisions
    assert decision.step == "latex.repair" and decision.measured["lines"] >= 2


def test_what_no_repair_helps_is_corrupt() -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_latex("\\begin{document}\n" + "text }\n" * 40)
    assert caught.value.reason == "corrupt_latex"
