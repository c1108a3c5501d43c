"""Nodes with HTML around them."""

from docutils import nodes


def wrap(before, children, after):
    return [nodes.raw("", before, format="html"), *children, nodes.raw("", after, format="html")]


def inline(paragraph):
    return nodes.inline("", "", *paragraph)
