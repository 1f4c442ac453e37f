"""The page that explains it to a layman."""

from django.test import Client
from django.urls import reverse


def test_it_is_open_to_everybody_and_draws_its_picture(client: Client) -> None:
    said = client.get(reverse("about:how")).content.decode()
    for words in ("The chain", "The witness", "The receipt", "What it cannot do"):
        assert words in said
    assert '<svg class="how"' in said
    assert "style=" not in said
