"""Rule chains: the list with their endpoint addresses."""
