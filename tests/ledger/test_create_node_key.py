"""`manage.py create_node_key`: once, private, and never over another."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ledger.vault.provider import NodeKeyProvider


def test_a_key_is_made_that_only_the_service_can_read_and_never_replaced(
    settings: Settings, tmp_path: Path
) -> None:
    path = settings.ASSENT_NODE_KEY_FILE = tmp_path / "node.key"
    said = StringIO()
    call_command("create_node_key", stdout=said)
    key = NodeKeyProvider.open(path)
    assert str(key.key_id) in said.getvalue()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="never replaced"):
        call_command("create_node_key")
    assert NodeKeyProvider.open(path).key_id == key.key_id


def test_a_folder_that_is_not_there_is_said(settings: Settings, tmp_path: Path) -> None:
    settings.ASSENT_NODE_KEY_FILE = tmp_path / "missing" / "node.key"
    with pytest.raises(CommandError, match="No key was made"):
        call_command("create_node_key")
