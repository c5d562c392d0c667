"""Who did what to which key, and when."""
