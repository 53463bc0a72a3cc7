"""Printed pages to blocks: the text layer's spans, their layout, and the pages that need more than that."""
