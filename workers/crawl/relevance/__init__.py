"""How near a document is to the subject, as a score with visible parts."""
