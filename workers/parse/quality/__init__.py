"""How good a document's text is, in visible parts."""
