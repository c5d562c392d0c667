"""Why the server cannot start: one sentence for the operator, and the exit status."""

__all__ = ["EXIT_FAILED", "EXIT_USAGE", "CannotStart"]

EXIT_FAILED = 1
EXIT_USAGE = 2


class CannotStart(Exception):
    """One sentence for the operator, and the exit status."""

    def __init__(self, sentence: str, status: int = EXIT_FAILED) -> None:
        super().__init__(sentence)
        self.status = status
