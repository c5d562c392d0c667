"""Turns the rows of a model into others by inserting, removing and moving: selection and current row stay theirs."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex

__all__ = ["merge_rows"]

_ROOT = QModelIndex()


def merge_rows(model: QAbstractTableModel, items: list[Any], wanted: Sequence[Any]) -> None:
    """Makes `items`, the rows of `model`, equal to `wanted`. Items are told apart by their `id`, each once."""
    _remove_others(model, items, {item.id for item in wanted})
    kept = {item.id for item in items}
    for place, item in enumerate(wanted):
        if place < len(items) and items[place].id == item.id:
            continue
        if item.id in kept:
            _move(model, items, next(row for row in range(place, len(items)) if items[row].id == item.id), place)
        else:
            model.beginInsertRows(_ROOT, place, place)
            items.insert(place, item)
            model.endInsertRows()
    changed = [row for row, item in enumerate(wanted) if items[row] != item]
    if changed:
        items[:] = wanted
        model.dataChanged.emit(model.index(changed[0], 0), model.index(changed[-1], model.columnCount() - 1))


def _remove_others(model: QAbstractTableModel, items: list[Any], kept: set[str]) -> None:
    last = len(items) - 1
    while last >= 0:
        if items[last].id in kept:
            last -= 1
            continue
        first = last
        while first > 0 and items[first - 1].id not in kept:
            first -= 1
        model.beginRemoveRows(_ROOT, first, last)
        del items[first : last + 1]
        model.endRemoveRows()
        last = first - 1


def _move(model: QAbstractTableModel, items: list[Any], row: int, place: int) -> None:
    model.beginMoveRows(_ROOT, row, row, _ROOT, place)
    items.insert(place, items.pop(row))
    model.endMoveRows()
