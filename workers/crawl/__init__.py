"""The crawl pool: finds documents and fetches them, politely and lawfully."""
