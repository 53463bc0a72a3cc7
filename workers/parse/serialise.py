def to_markdown(document): return document.text
