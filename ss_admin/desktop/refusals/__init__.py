"""Why was a call refused? The question, and the answer."""
