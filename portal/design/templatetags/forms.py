"""`{% form_key %}` beside `{% csrf_token %}`: the form takes effect once, and what was typed can be given back."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.accounts.form_keys import FIELD, new_key

register = template.Library()


@register.simple_tag(takes_context=True)
def form_key(context: dict[str, Any]) -> SafeString | str:
    """A hidden field with a fresh key; nothing for a visitor."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key(user.pk))
