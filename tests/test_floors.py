"""The floors hold: portal -> consent -> ledger, in foreign keys and migrations as well as in imports."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

FLOORS = {"ledger": 0, "consent": 1, "portal": 2}
ROOT = Path(__file__).resolve().parent.parent


def floor(module: str) -> int:
    """How high a module stands; what is not ours is the ground that anything may stand on."""
    return FLOORS.get(module.split(".", maxsplit=1)[0], -1)


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if floor(model.__module__) >= 0]


def test_no_relation_of_a_model_points_to_a_higher_floor() -> None:
    models = own_models()
    assert {floor(model.__module__) for model in models} == {0, 1, 2}
    upward = [
        f"{model.__module__}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if not field.auto_created and isinstance(field.related_model, type)
        if floor(field.related_model.__module__) > floor(model.__module__)
    ]
    assert upward == []


def test_no_migration_depends_on_a_higher_floor() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    floors = {config.label: floor(config.name) for config in apps.get_app_configs()}
    upward = [
        (name, dependency)
        for name, migration in loader.disk_migrations.items()
        for dependency in migration.dependencies
        if floors.get(name[0], -1) >= 0 and floors.get(dependency[0], -1) > floors[name[0]]
    ]
    assert upward == []


def test_import_linter_finds_an_import_upward(tmp_path: Path) -> None:
    """The check itself can fail: an upward import in a copy of the tree is found and named."""
    for name in ("ledger", "consent", "portal", "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
        else:
            shutil.copy(source, tmp_path)
    (tmp_path / "ledger" / "upward.py").write_text("import consent\n")
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert "ledger.upward -> consent" in done.stdout


@pytest.mark.parametrize("module", ["ledger.verify", "consent.engine", "consent.compiler"])
def test_the_pure_core_imports_no_framework(module: str) -> None:
    code = f"import sys, {module}; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0
