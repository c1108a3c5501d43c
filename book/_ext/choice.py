"""Multiple choice: quiz.js makes the folded answers wait for the reader's own."""

import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .raw import inline, wrap

log = logging.getLogger(__name__)


class Choice(SphinxDirective):
    """A question, a list of options "( )" or "(x)" with their feedback, and what any answer reveals."""

    required_arguments = 1
    has_content = True
    option_spec = {"predict": directives.flag}  # noqa: RUF012, docutils reads it so

    def run(self):
        name = self.arguments[0]
        if name != nodes.make_id(name):
            raise self.error(f"choice {name}: the name is made of small letters, digits and hyphens")
        self.env.metadata[self.env.docname].setdefault("choices", []).append(name)
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        where = next((i for i, node in enumerate(body) if isinstance(node, nodes.bullet_list)), None)
        if not where:
            raise self.error(f"choice {name}: a question and a list of options are expected")
        (question, *more), options, reveal = body[:where], body[where], body[where + 1 :]
        right = [self.marked_right(option) for option in options]
        if None in right or True not in right:
            raise self.error(f"choice {name}: each option starts with ( ) or (x), and one at least with (x)")

        kind = "predict" if "predict" in self.options else "question"
        legend = f'<legend><span class="choice-kind">{kind.capitalize()}</span> '
        fields, feedback = [*wrap(legend, [inline(question)], "</legend>"), *more], []
        for i, (option, ok) in enumerate(zip(options, right, strict=True)):
            letter = "abcdefghij"[i]
            label = f'<label><input type="radio" name="{name}" value="{i}"><b>{letter}</b> '
            fields += wrap(label, [inline(option[0])], "</label>")
            verdict = f"✓ {letter} is right." if ok else f"✗ {letter} is not right."
            said = f'<div class="choice-feedback{" right" * ok}"><p><strong>{verdict}</strong></p>'
            feedback += wrap(said, option[1:], "</div>")
        answer = [*feedback, *wrap('<div class="choice-reveal">', reveal, "</div>")]
        return [
            *wrap(f'<form class="choice choice-{kind}" id="{name}"><fieldset>', fields, "</fieldset>"),
            *wrap('<details class="choice-answer"><summary>Answer</summary>', answer, "</details></form>"),
        ]

    @staticmethod
    def marked_right(option):
        """Whether the option is marked (x), or None without a mark; the mark is taken off its text."""
        text = next(option.findall(nodes.Text), "")
        found = re.match(r"\(([ x])\)\s*", text)
        if found:
            text.parent.replace(text, nodes.Text(text[found.end() :]))
            return found[1] == "x"


def check_choices(app, env):
    seen = {}
    for page, meta in env.metadata.items():
        for name in meta.get("choices", ()):
            if name in seen:
                log.warning("choice %s stands on %s too", name, seen[name], location=page)
            seen[name] = page


def setup(app):
    app.add_directive("choice", Choice)
    app.connect("env-check-consistency", check_choices)
