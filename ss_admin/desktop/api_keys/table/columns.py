"""The columns of the list: their order, titles, widths in pixels and what the backend sorts them by."""

from enum import IntEnum

from ss_admin.contract.api_keys import ApiKeySort

__all__ = ["COLUMN_SORTS", "COLUMN_TITLES", "COLUMN_WIDTHS", "SORT_TITLES", "Column", "column_of_sort"]


class Column(IntEnum):
    """A column, from left to right."""

    CHECK = 0
    NAME = 1
    KEY = 2
    PERMISSIONS = 3
    EXPIRES_AT = 4
    LAST_USED = 5
    STATUS = 6
    ACTIONS = 7


COLUMN_TITLES = {
    Column.CHECK: "",
    Column.NAME: "Name",
    Column.KEY: "Key",
    Column.PERMISSIONS: "Permissions",
    Column.EXPIRES_AT: "Expires At",
    Column.LAST_USED: "Last Used",
    Column.STATUS: "Status",
    Column.ACTIONS: "",
}

COLUMN_WIDTHS = {
    Column.CHECK: 44,
    Column.NAME: 204,
    Column.KEY: 126,
    Column.PERMISSIONS: 148,
    Column.EXPIRES_AT: 174,
    Column.LAST_USED: 116,
    Column.STATUS: 98,
    Column.ACTIONS: 48,
}
"""The widths at first; Name takes what is left over, and never less."""

COLUMN_SORTS = {
    Column.NAME: ApiKeySort.NAME,
    Column.KEY: ApiKeySort.MASKED_KEY,
    Column.PERMISSIONS: ApiKeySort.PERMISSIONS,
    Column.EXPIRES_AT: ApiKeySort.EXPIRES_AT,
    Column.LAST_USED: ApiKeySort.LAST_USED_AT,
    Column.STATUS: ApiKeySort.STATUS,
}

SORT_TITLES = {
    ApiKeySort.NAME: "Name",
    ApiKeySort.USER: "User",
    ApiKeySort.MASKED_KEY: "Key",
    ApiKeySort.PERMISSIONS: "Permissions",
    ApiKeySort.EXPIRES_AT: "Expires At",
    ApiKeySort.LAST_USED_AT: "Last Used",
    ApiKeySort.STATUS: "Status",
    ApiKeySort.CREATED_AT: "Created",
}


def column_of_sort(sort: ApiKeySort) -> Column | None:
    """The column that shows this sorting's arrow; the user stands in the Name column, the creation date in none."""
    if sort is ApiKeySort.USER:
        return Column.NAME
    return next((column for column, own in COLUMN_SORTS.items() if own is sort), None)
