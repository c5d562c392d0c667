"""What became of each call that reached a rule chain: written before the answer, read by administrators."""
