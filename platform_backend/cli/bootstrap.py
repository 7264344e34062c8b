"""Makes .venv from the committed lock file, only when the lock changed. Standard library only.

A stamp inside .venv says which locks it holds. It is taken away before pip begins and written after it
ended, so an interrupted start is seen and done again; a file lock keeps two starts apart. A .venv that
somebody else has made is left alone (venv.py).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from cli.console import CliError, Progress, complain, disk_is_full
from cli.parser import parse
from cli.venv import STAMP, Version, begin, own_version, python_version, refuse_closed, refuse_foreign, stamped

Profile = Literal["runtime", "dev"]

LOCKS: Final[dict[Profile, str]] = {
    "runtime": "platform_backend/requirements.lock",
    "dev": "platform_backend/requirements-dev.lock",
}
_APT_TIMEOUT: Final = 300.0
_PIP_TIMEOUT: Final = 1800.0
_LAST_LINES: Final = 8
# These would make the new interpreter look for its library or packages elsewhere.
_FOREIGN_VARIABLES: Final = (
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "__PYVENV_LAUNCHER__",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
)


def main(repo: Path, argv: list[str]) -> int:
    """Entry of the script: parse, make the environment, go on inside it."""
    arguments = parse(argv)
    try:
        ensure_environment(repo, "dev" if arguments.command == "test" else "runtime")
    except CliError as error:
        complain(str(error))
        return error.code
    except OSError as error:
        if not disk_is_full(error, repo):
            raise
        return 1
    except KeyboardInterrupt:
        complain("stopped; the next start does the installation again")
        return 130
    return _continue_inside(repo, argv)


def ensure_environment(repo: Path, profile: Profile) -> None:
    """Raises CliError (exit code 2) when it can't be made."""
    venv = repo / ".venv"
    try:
        refuse_foreign(repo, venv)
        if _is_current(repo, venv, profile):
            return
        refuse_closed(repo, venv)
        with _one_at_a_time(repo):
            if not _is_current(repo, venv, profile):  # another start may have made it while we waited
                _make(repo, venv, profile)
    except OSError as error:
        raise CliError(f"{error.filename or venv}: {error.strerror}; .venv can't be prepared", code=2) from None


def digest(repo: Path, profile: Profile, version: Version) -> str:
    """Of the lock file and of the Python that its packages are built for."""
    lock = repo / LOCKS[profile]
    try:
        content = lock.read_bytes()
    except OSError as error:
        raise CliError(f"{lock}: {error.strerror}; restore it from the repository", code=2) from None
    return hashlib.sha256(content + "{}.{}".format(*version).encode()).hexdigest()


def _is_current(repo: Path, venv: Path, profile: Profile) -> bool:
    version = python_version(venv)
    return version is not None and digest(repo, profile, version) in stamped(venv)


def _make(repo: Path, venv: Path, profile: Profile) -> None:
    digest(repo, profile, own_version())  # a missing lock is said before anything is touched
    version = python_version(venv) if stamped(venv) else None
    (venv / STAMP).unlink(missing_ok=True)
    with Progress("Preparing .venv") as progress:
        if version is None:
            version = own_version()
            _create_venv(venv, progress)
        _install(repo, venv, profile, progress)
    _write_stamp(repo, venv, profile, version)


def _write_stamp(repo: Path, venv: Path, profile: Profile, version: Version) -> None:
    # The dev lock is a superset of the runtime lock, so it serves both.
    profiles: tuple[Profile, ...] = ("runtime", "dev") if profile == "dev" else ("runtime",)
    content = "\n".join(digest(repo, each, version) for each in profiles) + "\n"
    fresh = venv / f"{STAMP}.new"
    fresh.write_text(content, encoding="ascii")
    fresh.replace(venv / STAMP)


def _create_venv(venv: Path, progress: Progress) -> None:
    progress.show("creating it", phase="venv")
    if not _has_ensurepip():
        _install_venv_package(progress)
    begin(venv)
    command = [sys.executable, "-m", "venv", str(venv.resolve())]  # it makes none in a link
    made = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=_APT_TIMEOUT)
    if made.returncode:
        begin(venv)
        raise CliError(f"{venv} can't be created:\n{_tail(made.stdout + made.stderr)}", code=2)


def _has_ensurepip() -> bool:
    """Debian ships Python without it; ask a child, for a package installed meanwhile is not seen here."""
    command = [sys.executable, "-c", "import venv, ensurepip"]
    return subprocess.run(command, capture_output=True, env=clean_environment(), timeout=60).returncode == 0


def _install_venv_package(progress: Progress) -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sudo = "sudo apt-get install -y" if shutil.which("apt-get") else "install the package"
        raise CliError(f"Python's venv module is missing; run: {sudo} {package}", code=2)
    progress.show(f"installing Debian's {package}", phase="apt")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", package]):
        _apt(command, environment, package)


def _apt(command: Sequence[str], environment: dict[str, str], package: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=_APT_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise CliError(
            f"{' '.join(command)}: no end after {_APT_TIMEOUT:.0f} s; install {package} yourself", code=2
        ) from None
    if done.returncode:
        raise CliError(f"{' '.join(command)} failed:\n{_tail(done.stdout + done.stderr)}", code=2)


def _install(repo: Path, venv: Path, profile: Profile, progress: Progress) -> None:
    lock = repo / LOCKS[profile]
    total = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--require-hashes", "--progress-bar", "off", "-r", str(lock)]
    last: deque[str] = deque(maxlen=_LAST_LINES)
    started = time.monotonic()
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=clean_environment()
    )
    try:
        for text, phase in _pip_phases(pip, last, total):
            progress.show(text, phase=phase)
            if time.monotonic() - started > _PIP_TIMEOUT:
                raise CliError(f"pip: no end after {_PIP_TIMEOUT:.0f} s; is the package index slow?", code=2)
        code = pip.wait(timeout=60)
    finally:
        if pip.poll() is None:
            pip.kill()
            pip.wait()
    if code:
        raise CliError(
            f"installing {lock.name} failed (is the package index reachable?); pip said:\n{_tail(chr(10).join(last))}",
            code=2,
        )


def _pip_phases(pip: "subprocess.Popen[str]", last: deque[str], total: int) -> Iterator[tuple[str, str]]:
    collected = 0
    assert pip.stdout is not None
    for line in pip.stdout:
        if line.strip():
            last.append(line.rstrip())
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: ")):
            collected += 1
            yield f"package {min(collected, total)} of {total}", "collect"
        elif line.startswith("Installing collected packages"):
            yield f"unpacking {total} packages", "unpack"


def _tail(text: str) -> str:
    return "\n".join("  " + line for line in text.strip().splitlines()[-_LAST_LINES:])


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN_VARIABLES}


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Locks the folder itself: a lock file would be one more thing to ignore and to clean."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            complain("another start is preparing .venv; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _continue_inside(repo: Path, argv: Sequence[str]) -> int:
    """Does not return, unless the program can't be started."""
    python = repo / ".venv" / "bin" / "python"
    environment = clean_environment()
    environment["PYTHONPATH"] = str(repo / "platform_backend")
    try:
        os.execve(python, [str(python), "-m", "cli", *argv], environment)
    except OSError as error:
        complain(f"{python} can't be run: {error.strerror}; is the file system mounted 'noexec'?")
        return 2
