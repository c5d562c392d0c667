"""An editor for JSON: what is wrong stands at its line, JSON pointers become places in the text and back."""
