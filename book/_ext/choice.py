"""Multiple choice: quiz.js makes the folded answers wait for the reader's own."""

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .question import parse
from .raw import inline, wrap

log = logging.getLogger(__name__)


class Choice(SphinxDirective):
    """A question as a native form, its answers folded."""

    required_arguments = 1
    has_content = True
    option_spec = {"predict": directives.flag}  # noqa: RUF012, docutils reads it so

    def run(self):
        name = self.arguments[0]
        if name != nodes.make_id(name):
            raise self.error(f"choice {name}: the name is made of small letters, digits and hyphens")
        self.env.metadata[self.env.docname].setdefault("choices", []).append(name)
        try:
            asked, options, reveal = parse(name, "\n".join(self.content))
        except ValueError as error:
            raise self.error(f"choice {name}: {error}") from None

        kind = "predict" if "predict" in self.options else "question"
        legend = f'<legend><span class="choice-kind">{kind.capitalize()}</span> '
        question, *more = self.nodes(asked)
        fields, feedback = [*wrap(legend, [inline(question)], "</legend>"), *more], []
        for i, (letter, option) in enumerate(zip("abcdefghij", options, strict=False)):
            label = f'<label><input type="radio" name="{name}" value="{i}"><b>{letter}</b> '
            fields += wrap(label, [inline(*self.nodes(option.text))], "</label>")
            verdict = f"✓ {letter} is right." if option.right else f"✗ {letter} is not right."
            said = f'<div class="choice-feedback{" right" * option.right}"><p><strong>{verdict}</strong></p>'
            feedback += wrap(said, self.nodes(option.feedback), "</div>")
        answer = [*feedback, *wrap('<div class="choice-reveal">', self.nodes(reveal), "</div>")]
        return [
            *wrap(f'<form class="choice choice-{kind}" id="{name}"><fieldset>', fields, "</fieldset>"),
            *wrap('<details class="choice-answer"><summary>Answer</summary>', answer, "</details></form>"),
        ]

    def nodes(self, part):
        body = nodes.Element()
        self.state.nested_parse(StringList(part.lines), self.content_offset + part.offset, body)
        return body.children


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
