"""Web pages to blocks: what is content, what it is made of, and what the page says about itself."""
