"""Licences that documents state themselves."""

from __future__ import annotations

from workers.parse.licence import stated_in_metadata, stated_on_first_page


def test_a_licence_line_is_found_among_others_and_over_a_line_end() -> None:
    page = "A paper\nby A. One of MIT\nThis work is licensed under the Creative Commons\nAttribution 4.0 International"
    assert stated_on_first_page(page) == "CC-BY-4.0"


def test_a_page_that_speaks_of_no_licence_states_none() -> None:
    assert stated_on_first_page("On training qubits\nA. One, MIT\nAbstract") == ""


def test_words_against_training_are_a_licence_that_forbids_it() -> None:
    page = "Terms: this text may not be used for training of AI models."
    assert stated_on_first_page(page) == "LicenseRef-no-training"


def test_xmp_rights_are_read() -> None:
    xmp = (
        '<rdf:Description><cc:license rdf:resource="http://creativecommons.org/licenses/by-nc/4.0/"/></rdf:Description>'
    )
    assert stated_in_metadata("", "", xmp) == "CC-BY-NC-4.0"
    assert stated_in_metadata("qubits; license: CC0", "", "") == "CC0-1.0"
