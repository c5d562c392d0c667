"""The Flask service that stores the keys, serves the partners' calls and enforces authentication and limits."""
