"""What became of the calls that reached a rule chain: the list with its filters, and each one opened."""
