"""The first use of a term on a page opens its entry in the glossary, in place, by a native popover.

The glossary is a page: a definition list whose terms give the word and its other forms, separated by commas.
"""

import re

from docutils import nodes

from .raw import wrap

PAGE = "appendix/glossary"
PLAIN = (nodes.emphasis, nodes.strong, nodes.inline)
CLOSED = (nodes.table, nodes.literal_block, nodes.title, nodes.caption)


def forms(term):
    """The word of an entry and its other forms."""
    return [form.strip() for form in term.split(",")]


def name(word):
    return f"term-{nodes.make_id(word)}"


def anchor(app, doctree):
    """Each entry of the glossary can be linked to."""
    if app.env.docname == PAGE:
        for term in doctree.findall(nodes.term):
            term["ids"] = [name(forms(term.astext())[0])]


def entries(env):
    """The word of each form, and the first paragraph of each word's entry."""
    words, meanings = {}, {}
    for item in env.get_doctree(PAGE).findall(nodes.definition_list_item):
        word, *others = forms(item[0].astext())
        meanings[word] = item.next_node(nodes.definition)[0]
        words |= dict.fromkeys([word.lower(), *map(str.lower, others)], word)
    return words, meanings


def pattern(words):
    """Any form, with or without an s, and the punctuation after it; the longest form counts."""
    any_form = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])({any_form})(s?)(?![\w-])([^\w\s(]*)", re.IGNORECASE)


def closed(node):
    """Not read along: tables, cells, titles, solutions, a lesson's row of times and needs."""
    said = node.astext() if isinstance(node, nodes.paragraph) else ""
    folded = {"dropdown", "cell"} & set(node.get("classes", ()))
    return isinstance(node, CLOSED) or folded or ("Before:" in said and "Time:" in said)


def prose(node):
    """The paragraphs that every reader sees; those of a question wait for an answer."""
    inside = False
    for child in node.children:
        if isinstance(child, nodes.raw):
            inside = '<form class="choice' in child.astext() or (inside and "</form>" not in child.astext())
        elif inside or not isinstance(child, nodes.Element) or closed(child):
            continue
        elif isinstance(child, nodes.paragraph):
            yield child
        else:
            yield from prose(child)


def texts(node):
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif isinstance(child, PLAIN):
            yield from texts(child)


def button(word, shown, after):
    start = f'<span class="term"><button type="button" popovertarget="{name(word)}">'
    pressed = wrap(start, [nodes.Text(shown)], "</button>")
    return wrap("", [*pressed, nodes.Text(after)], "</span>")


def link(app, doctree, docname):
    """A button around each first use. What a page sets in bold, it explains itself."""
    if docname.startswith("appendix/") or PAGE not in app.env.found_docs:
        return
    words, meanings = entries(app.env)
    uses, seen, used = pattern(words), set(), []
    for text in [text for paragraph in prose(doctree) for text in texts(paragraph)]:
        parts, end = [], 0
        for use in uses.finditer(text.astext()):
            word = words[use[1].lower()]
            bold = isinstance(text.parent, nodes.strong) and use[0] == text.astext()
            if word not in seen and not bold:
                parts += [nodes.Text(text[end : use.start()]), *button(word, use[1] + use[2], use[3])]
                end = use.end()
                used.append(word)
            seen.add(word)
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])
    glossary = app.builder.get_relative_uri(docname, PAGE)
    app.env.temp_data[PAGE] = [
        f'<p popover id="{name(word)}"><a href="{glossary}#{name(word)}">{word}</a> '
        f"{explained(app, meanings[word])}</p>"
        for word in used
    ]


def explained(app, paragraph):
    fragment = app.builder.render_partial(paragraph.deepcopy())["fragment"]
    return fragment.strip().removeprefix("<p>").removesuffix("</p>")


def add(app, pagename, templatename, context, doctree):
    if terms := app.env.temp_data.pop(PAGE, None):
        context["body"] += f'<div class="terms">{"".join(terms)}</div>'


def written_anew(app, env, added, changed, removed):
    """A page shows the entries of its terms: all are written again when the glossary has changed."""
    return env.found_docs if PAGE in added | changed else []


def setup(app):
    app.connect("doctree-read", anchor)
    app.connect("env-get-outdated", written_anew)
    app.connect("doctree-resolved", link, priority=450)
    app.connect("html-page-context", add, priority=400)
