"""The SDK as a package of its own: light to import, and installable without a network."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

SDK = Path(__file__).parents[2] / "platform_backend" / "sdk"
HEAVY = ("pandas", "pyarrow", "numpy", "django", "isal")
SAMPLE = Path(__file__).parents[1] / "data" / "microservo-sample"
SHOW = (
    "import sys, microservo_sdk as m; m.verify(sys.argv[1]); d = m.open_dataset(sys.argv[1]); "
    "assert len(d.logs(as_='python')['pod']) == 12; assert d.injections(); "
    "print(m.__file__, [x for x in sys.argv[2:] if x in sys.modules])"
)


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=240, cwd="/", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_reading_and_verifying_a_text_dataset_needs_the_standard_library_only() -> None:
    code = f"import sys; sys.path.insert(0, {str(SDK)!r}); {SHOW}"
    assert run(sys.executable, "-I", "-c", code, SAMPLE, *HEAVY).endswith("[]\n")


def test_it_installs_into_a_fresh_environment_without_a_network(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="it is what the package is built with")
    source = tmp_path / "source"
    copy_of_source(source)
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    site = next((environment / "lib").glob("python*")) / "site-packages"
    options = ("--no-index", "--no-build-isolation", "--no-deps", "--no-cache-dir", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "install", "-q", *options, "--target", site, source)
    python = environment / "bin" / "python"
    shown = run(python, "-I", "-c", SHOW, SAMPLE, *HEAVY)
    assert shown == f"{site}/microservo_sdk/__init__.py []\n"
    assert (site / "microservo_sdk" / "py.typed").is_file()
    assert run(python, "-I", "-c", "import microservo_sdk.formats.openrca as o; print(o.RECORD)") == "record.csv\n"


def copy_of_source(target: Path) -> None:
    """setuptools writes beside what it builds, and the checkout shall stay as it is."""
    import shutil

    shutil.copytree(SDK, target, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
