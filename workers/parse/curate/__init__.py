"""All documents of a job become distinct, split, and cut into chunks."""
