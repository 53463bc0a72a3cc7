"""Readers of formats that say their own structure: text, markup, notebooks, books and articles in XML."""
