"""``{% kept "footer" portal.name %} … {% endkept %}``: a piece of the page frame, made once a process.

For what depends on nothing but its language and the values named: rendered text is kept under them. Never put a
form, a person's name or anything read from the database inside without naming it.
"""

from collections import OrderedDict

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

register = template.Library()

MOST_PIECES = 500
pieces = OrderedDict()


class KeptNode(template.Node):
    def __init__(self, nodelist, names):
        self.nodelist, self.names = nodelist, names

    def render(self, context):
        key = (id(self.nodelist), get_language(), *(str(name.resolve(context)) for name in self.names))
        piece = pieces.get(key)
        if piece is None:
            # The node list is kept too: its id must not be given to another one.
            piece = pieces[key] = (mark_safe(self.nodelist.render(context)), self.nodelist)  # noqa: S308 (rendered)
            while len(pieces) > MOST_PIECES:
                pieces.popitem(last=False)
        return piece[0]


@register.tag
def kept(parser, token):
    """Keep the rendered piece under the language and the values named."""
    names = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, names)
