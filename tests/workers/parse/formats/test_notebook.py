"""Jupyter notebooks: prose and code, no outputs."""

from __future__ import annotations

import json

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.formats.notebook import read_notebook


def test_markdown_and_code_cells_become_blocks_and_outputs_do_not() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Bell pairs\n", "\n", "Two qubits are entangled."]},
        {"cell_type": "code", "source": "h(0)\ncnot(0, 1)", "outputs": [{"text": "noise in the output"}]},
        {"cell_type": "code", "source": "  \n", "outputs": []},
        {"cell_type": "raw", "source": "raw"},
    ]
    book = {"nbformat": 4, "metadata": {"language_info": {"name": "qsharp"}}, "cells": cells}
    parsed = read_notebook(json.dumps(book))
    assert parsed.title == "Bell pairs"
    assert [(block.kind, block.text, block.language) for block in parsed.blocks] == [
        (BlockKind.HEADING, "Bell pairs", ""),
        (BlockKind.PARAGRAPH, "Two qubits are entangled.", ""),
        (BlockKind.CODE, "h(0)\ncnot(0, 1)", "qsharp"),
    ]


def test_notebooks_of_the_old_format_are_read() -> None:
    sheet = {"cells": [{"cell_type": "heading", "level": 2, "source": "Gates"}, {"cell_type": "code", "input": "x()"}]}
    parsed = read_notebook(json.dumps({"nbformat": 3, "worksheets": [sheet]}))
    assert [(block.text, block.level) for block in parsed.blocks] == [("Gates", 2), ("x()", 0)]


def test_json_that_only_looks_like_a_notebook_is_rejected() -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_notebook('{"nbformat": 4, "cells": [3]}')
    assert caught.value.reason == "corrupt_notebook"
