"""How near a document is to the subject and how much it is worth, as a score with visible parts."""
