"""Who did what to which key or rule chain, and when."""
