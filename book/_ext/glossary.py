"""The first use of a term on a page opens its entry in the glossary, in place, by a native popover.

The glossary is a page: a definition list whose terms give the word and its other forms, separated by commas.
"""

import re

from docutils import nodes

from .raw import wrap

PAGE = "appendix/glossary"
PLAIN = (nodes.paragraph, nodes.emphasis, nodes.strong, nodes.inline, nodes.list_item, nodes.bullet_list)
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
    """Any form, with or without an s; the longest counts."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])({'|'.join(map(re.escape, longest))})(s?)(?![\w-])([^\w\s(]*)", re.IGNORECASE
    )


def prose(node):
    """Paragraphs that every reader sees: none of a question, a solution, a table, an output, the head."""
    inside = False
    for child in node.children:
        if isinstance(child, nodes.raw):
            inside = '<form class="choice' in child.astext() or (inside and "</form>" not in child.astext())
        elif isinstance(child, nodes.paragraph) and not inside:
            if not ("Before:" in child.astext() and "Time:" in child.astext()):
                yield child
        elif isinstance(child, nodes.Element) and not inside and not isinstance(child, CLOSED):
            if "dropdown" not in child["classes"] and "cell" not in child["classes"]:
                yield from prose(child)


def texts(node):
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif isinstance(child, PLAIN):
            yield from texts(child)


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
            if word in seen:
                continue
            seen.add(word)
            if isinstance(text.parent, nodes.strong) and use[0] == text.astext():
                continue
            used.append(word)
            button = f'<span class="term"><button type="button" popovertarget="{name(word)}">'
            parts += [
                nodes.Text(text[end : use.start()]),
                *wrap(button, [nodes.Text(use[1] + use[2])], "</button>"),
            ]
            parts += [nodes.Text(use[3]), nodes.raw("", "</span>", format="html")]
            end = use.end()
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
