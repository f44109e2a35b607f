"""Reading rows: one block of the wire (head or line) into values in the order of its field table.

A message whose rows are all alike (the usual case: one program wrote them) is read by a few path expressions over the whole tree,
without an object per element; any other row by row. Both ways give the same rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from lxml import etree

from customs.messages.fields import NAMESPACE, NS, Field, Store


@dataclass(frozen=True, slots=True)
class Layout:
    """How the elements of a row with some optional ones absent are put in table order.

    `present` holds the tags of the optional elements that are there, `places` their places among the children.
    """

    places: list[int]
    present: list[str]
    arrange: Callable[[list[str]], tuple[str, ...]]


class Table:
    """One repeated block (head or line) of a message: column order and the fast way to read a row.

    In a valid row the elements stand in table order, so its layout is known from how many there are and from the tags of
    the optional ones that are present; the common case looks at these few tags only.
    """

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self.fields = fields
        self.names = [f.name for f in fields]
        self.tags = tuple(NS + name for name in self.names)
        self.index = {name: i for i, name in enumerate(self.names)}
        self.moments = [i for i, f in enumerate(fields) if f.wire.store is Store.MOMENT]
        self.days = [i for i, f in enumerate(fields) if f.wire.store in {Store.MOMENT, Store.DAY}]
        self.coded = [(i, f.wire.codes, f.name) for i, f in enumerate(fields) if f.wire.codes]
        self._layouts: dict[int, tuple[Layout, ...]] = {}

    def row(self, element: Any) -> list[str]:
        """Values of one block in table order, "" where an element is absent."""
        children = list(element)
        values = [child.text or "" for child in children]
        if len(children) != len(self.tags):
            values.append("")
            values = list(self.layout(children).arrange(values))
        self.write_moments(values)
        return values

    def write_moments(self, row: list[str]) -> None:
        """Moments of the wire (YYYYMMDDhhmmss, also with milliseconds) as PostgreSQL reads them, in place."""
        for i in self.moments:
            if moment := row[i]:
                row[i] = (
                    f"{moment[:8]} {moment[8:14]}.{moment[14:]}+08"
                    if moment[14:]
                    else moment[:8] + " " + moment[8:] + "+08"
                )

    def layout(self, children: list[Any]) -> Layout:
        """Where the elements of a row with some optional ones absent belong."""
        for layout in self._layouts.get(len(children), ()):
            if [children[at].tag for at in layout.places] == layout.present:
                return layout
        return self._learn(children)

    def _learn(self, children: list[Any]) -> Layout:
        """Remember where the elements of such a row belong; absent ones take the empty text appended at the end."""
        at = {child.tag: place for place, child in enumerate(children)}
        present = [tag for tag, f in zip(self.tags, self.fields, strict=True) if f.optional and tag in at]
        arrange = itemgetter(*[at.get(tag, -1) for tag in self.tags])
        layout = Layout([at[tag] for tag in present], present, arrange)
        self._layouts[len(children)] = (layout, *self._layouts.get(len(children), ()))
        return layout


class Block:
    """Every row of one block of a message at once.

    Promise: the rows are those `Table.row` would read one by one. A row's elements are leaves (the schema has said so) and the parser
    joins adjacent text, so a leaf has one text or none; when there are as many texts as elements, none is empty and they stand
    in the order of the elements.
    """

    def __init__(self, table: Table, path: str) -> None:
        self.table = table
        steps = "/" + "/".join(f"c:{step}" for step in path.split("/") if step)
        self._texts = self._expression(f"{steps}/*/text()")
        self._elements = self._expression(f"count({steps}/*)")
        self._times = {
            NS + f.name: self._expression(f"count({steps}/c:{f.name})") for f in table.fields if f.optional
        }

    @staticmethod
    def _expression(text: str) -> etree.XPath:
        return etree.XPath(text, namespaces={"c": NAMESPACE}, smart_strings=False)

    def rows(self, root: Any, elements: Sequence[Any]) -> list[list[str]]:
        """Values of `elements`, which are all the blocks of this kind under `root`, in table order."""
        if len(elements) < 2:
            return [self.table.row(element) for element in elements]
        first = list(elements[0])
        texts = self._texts(root)
        if len(texts) != len(first) * len(elements) or not self._alike(root, first, len(elements)):
            return [self.table.row(element) for element in elements]
        width = len(first)
        rows = [texts[start : start + width] for start in range(0, len(texts), width)]
        if width != len(self.table.tags):
            arrange = self.table.layout(first).arrange
            rows = [list(arrange([*row, ""])) for row in rows]
        for row in rows:
            self.table.write_moments(row)
        return rows

    def _alike(self, root: Any, first: list[Any], rows: int) -> bool:
        """Has every row the elements of the first? Required ones it has; of the optional ones each must stand in all rows."""
        if self._elements(root) != len(first) * rows:
            return False
        tags = {element.tag for element in first}
        return all(times(root) == rows for tag, times in self._times.items() if tag in tags)
