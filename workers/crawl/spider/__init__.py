"""One web site through its sitemaps, feeds and links, crawled by Scrapy in a process of its own."""
