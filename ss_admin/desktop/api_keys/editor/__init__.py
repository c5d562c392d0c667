"""“New API Key” and “Edit API Key”: the fields, the draft they make, saving, and two versions side by side."""
