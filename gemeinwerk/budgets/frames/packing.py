"""The lines of a budget file between reading and adoption, kept as a file of arrays.

What a person has seen in the check is adopted as it is, without reading the source again: the arrays wait beside it.
They hold numbers and text only (no pickle), so a file that somebody swapped can be refused but cannot run anything.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from gemeinwerk.engine.tables import LINES, Category, Column, Frame, Key, Values

from .products import Node, Tree

CATEGORIES = "categories.json"
PRODUCTS = "products.json"


def pack(lines: Frame, tree: Tree) -> bytes:
    """Lines and product tree as an archive, the inverse of `unpack`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        texts: dict[str, list[list[str]]] = {}
        for name, values in lines.items():
            if isinstance(values, Category):
                texts[name] = [list(key) for key in values.values]
                values = values.codes
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(values), allow_pickle=False)
        archive.writestr(CATEGORIES, json.dumps(texts, ensure_ascii=False))
        archive.writestr(PRODUCTS, json.dumps(_plain(tree), ensure_ascii=False))
    return buffer.getvalue()


def _plain(tree: Tree) -> dict[str, list[object]]:
    return {
        "nodes": [asdict(node) for node in tree.nodes],
        "of_line": [[*key, *ident] for key, ident in tree.of_line.items()],
    }


def unpack(content: bytes) -> tuple[Frame, Tree]:
    """Lines and tree as they were packed; ValueError where the content is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = json.loads(archive.read(CATEGORIES))
            lines = Frame(LINES, {column.name: _column(archive, column, texts) for column in LINES})
            return lines, _tree(json.loads(archive.read(PRODUCTS)))
    except (zipfile.BadZipFile, KeyError, TypeError, OSError) as error:
        raise ValueError("no packed lines") from error


def _column(archive: zipfile.ZipFile, column: Column, texts: Mapping[str, list[list[str]]]) -> Values:
    with archive.open(f"{column.name}.npy") as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
    if column.kind == "category":
        return Category(array, tuple(Key(code, name) for code, name in texts[column.name]))
    return array


def _tree(plain: Mapping[str, list]) -> Tree:
    nodes = [Node(**{**node, "parent": tuple(node["parent"]) if node["parent"] else None}) for node in plain["nodes"]]
    return Tree(tuple(nodes), {Key(code, name): (level, key) for code, name, level, key in plain["of_line"]})
