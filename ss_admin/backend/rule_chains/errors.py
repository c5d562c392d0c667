"""What can be wrong with an order about rule chains and their executions."""

from collections.abc import Sequence

from ss_admin.contract.problems import FieldFault

__all__ = ["ExecutionNotFound", "RuleChainNotFound", "RuleChainUnfit", "RuleChainVersionConflict"]


class RuleChainNotFound(Exception):
    """The tenant has no such rule chain; whether another tenant has it is not told."""


class ExecutionNotFound(Exception):
    """The chain has no such execution: it never was, or it is kept no longer."""


class RuleChainVersionConflict(Exception):
    """The chain is no longer in the version that the order was made for. `version` is the one it has now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the rule chain is at version {version}")
        self.version = version


class RuleChainUnfit(Exception):
    """The chain cannot be stored or tried as it is; `faults` has all that is wrong, each at its JSON pointer."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)
