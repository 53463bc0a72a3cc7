"""reStructuredText with all that Sphinx adds to it."""

from __future__ import annotations

from agent.job.records import BlockKind
from workers.parse.formats.rst import read_rst

SOURCE = """
.. _qubits:

======
Qubits
======

:Author: Ada One
:Date: 2024-03-04

A *qubit* has two states, see :ref:`the gates <gates>`, :func:`~lib.core.measure` and :ref:`next_steps`.
|product_name| does it; the chance is :math:`|a|^2`.

.. note:: Read this twice.

.. custom:directive:: argument
   :option: value

   What stands under it is read.

.. toctree::

   other

Code
----

.. code-block:: python
   :emphasize-lines: 1

   h(0)
     cnot(0, 1)

- one
- two

  - three

.. literalinclude:: /etc/passwd
"""


def test_sphinx_roles_and_directives_give_what_a_reader_sees() -> None:
    texts = [block.text for block in read_rst(SOURCE).blocks]
    assert texts[1] == (
        "A qubit has two states, see the gates, measure and :ref:`next_steps`. |product_name| does it;"
        " the chance is $|a|^2$."
    )
    assert "Read this twice." in texts and "What stands under it is read." in texts
    assert not any("other" in text or "root:" in text for text in texts)


def test_blocks_keep_their_kind_and_level() -> None:
    found = read_rst(SOURCE).blocks
    assert [(block.text, block.level) for block in found if block.level] == [("Qubits", 1), ("Code", 2)]
    code = next(block for block in found if block.kind is BlockKind.CODE)
    assert (code.text, code.language) == ("h(0)\n  cnot(0, 1)", "python")
    assert found[-1].text == "- one\n- two\n  - three"


def test_title_author_and_date_come_from_the_document() -> None:
    parsed = read_rst(SOURCE)
    assert (parsed.title, parsed.authors, parsed.date) == ("Qubits", ("Ada One",), "2024-03-04")


def test_what_docutils_breaks_on_is_read_as_plain_text_and_says_so() -> None:
    parsed = read_rst("A gate.\n\n   :format: html:: |b|\n.. |b| replace:: |a|\n")
    assert [(each.choice, each.reason) for each in parsed.decisions] == [
        ("plain_text", "docutils broke on it: KeyError: 'a'")
    ]
    assert parsed.blocks[0].text == "A gate."


def test_broken_markup_is_read_as_far_as_it_goes() -> None:
    parsed = read_rst("Title\n===\n\nAn *unclosed emphasis and a `broken role.\n\nMore text.\n")
    assert parsed.blocks[-1].text == "More text."


def test_what_another_file_defines_stays_as_it_is_written() -> None:
    text = read_rst("The |QPU| of |maker_short|_ has |5k| qubits, see :ref:`qpu_overview` and :numref:`fig-1`.\n")
    assert text.blocks[0].text == (
        "The |QPU| of |maker_short| has |5k| qubits, see :ref:`qpu_overview` and :numref:`fig-1`."
    )


def test_what_this_file_defines_is_put_in_its_place() -> None:
    text = read_rst(
        ".. |QPU| replace:: quantum processing unit\n\n.. _the_gates:\n\nAll Gates\n=========\n\n"
        "The |QPU| applies :ref:`the_gates`. |copy| Ada, 15\\ |nbsp|\\ mK.\n"
    )
    assert text.blocks[1].text == "The quantum processing unit applies All Gates. \u00a9 Ada, 15 mK."
