"""One reader of strangers' bytes a file."""
