"""“Needs attention”: the open signals of the keys, above the list."""
