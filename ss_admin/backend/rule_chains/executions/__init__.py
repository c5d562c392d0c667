"""What became of each call that reached a rule chain: journaled before the answer, read by administrators."""
