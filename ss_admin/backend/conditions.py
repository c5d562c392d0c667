"""Entity tags and `If-Match` (RFC 9110, 8.8.3 and 13.1.1): how two administrators do not overwrite each other."""

import re

from pydantic import BaseModel, Field

__all__ = ["Condition", "entity_tag"]

_TAG = re.compile(r'"([1-9][0-9]{0,9})"')


class Condition(BaseModel):
    """The header that makes a change or a deletion conditional."""

    if_match: str | None = Field(
        default=None,
        alias="If-Match",
        description='the `ETag` of the version that the order was made for, such as `"3"`; `*` or nothing: any version',
    )

    def versions(self) -> frozenset[int] | None:
        """The versions that the order may meet; None for any. What is no strong tag of ours matches nothing."""
        if self.if_match is None or self.if_match.strip() == "*":
            return None
        tags = (_TAG.fullmatch(part.strip()) for part in self.if_match.split(","))
        return frozenset(int(tag.group(1)) for tag in tags if tag)


def entity_tag(version: int) -> str:
    """The `ETag` of a version; strong, since nothing that an administrator can set changes without it."""
    return f'"{version}"'
