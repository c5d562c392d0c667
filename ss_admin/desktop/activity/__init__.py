"""Activity: who did what and when."""
