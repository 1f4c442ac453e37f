"""Form fields in our look: label, hint, fault and control, joined by ids so that assistive technology reads them."""

from collections.abc import Mapping
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

register = template.Library()
_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.inclusion_tag("components/field.html", takes_context=True)
def field(
    context: Mapping[str, Any],
    bound: BoundField,
    short: bool = False,
    columns: bool = False,
    label: str = "",
) -> dict[str, Any]:
    """`{% field form.email %}`; `short` for codes, `columns` for long lists of boxes, `label` to say it otherwise."""
    _restore(context.get("request"), bound)
    widget = bound.field.widget
    kind = "control"
    if isinstance(widget, _GROUPS):
        kind = "group"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "tick"
    return {
        "bound": bound,
        "kind": kind,
        "label": label or bound.label,
        "hint_id": f"{bound.auto_id}_hint",
        "fault_id": f"{bound.auto_id}_fault",
        "control": _control(bound, kind) if kind != "group" else "",
        "short": short,
        "columns": columns,
    }


def _restore(request: object, bound: BoundField) -> None:
    """What was typed when the session had ended stands in the field again (portal.staff.kept)."""
    typed = getattr(request, "kept_fields", {}).get(bound.html_name)
    if typed and not bound.form.is_bound:
        several = getattr(bound.field.widget, "allow_multiple_selected", False)
        bound.form.initial[bound.name] = typed if several else typed[-1]


def _control(bound: BoundField, kind: str) -> SafeString:
    described = " ".join(
        f"{bound.auto_id}_{part}"
        for part, present in (("hint", bound.help_text), ("fault", bound.errors))
        if present
    )
    attrs: dict[str, str | bool] = {}
    if described:
        attrs["aria-describedby"] = described
    if kind == "control":
        select = isinstance(bound.field.widget, forms.Select)
        attrs |= {"class": "form-select" if select else "form-control", "placeholder": ""}
    return bound.as_widget(attrs=attrs)


@register.inclusion_tag("components/error_summary.html")
def faults(form: forms.BaseForm | str | None) -> dict[str, Any]:
    """`{% faults form %}` above the form: what is wrong, each fault a link to its field. It takes the focus."""
    if not isinstance(form, forms.BaseForm) or not form.errors:
        return {"faults": []}
    found = [{"says": str(error), "url": ""} for error in form.non_field_errors()]
    for bound in form:
        found += [{"says": _said(bound, error), "url": f"#{_first_id(bound)}"} for error in bound.errors]
    return {"faults": found}


def _first_id(bound: BoundField) -> str:
    return f"{bound.auto_id}_0" if isinstance(bound.field.widget, _GROUPS) else str(bound.auto_id)


def _said(bound: BoundField, error: object) -> str:
    """The fault with its field's name, because "This field is required." alone names none."""
    label = str(bound.label)
    return f"{label}{' ' if label.endswith(('?', '؟')) else ': '}{strip_tags(str(error))}"
