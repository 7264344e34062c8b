"""What operating systems and tools leave beside files by themselves: known by its name, never read."""

from typing import Final

from microservo_sdk.names import folded

NAMES: Final = frozenset(
    {
        ".ds_store",  # macOS
        ".localized",
        ".apdisk",
        "thumbs.db",  # Windows
        "ehthumbs.db",
        "desktop.ini",
        ".directory",  # KDE
        ".gitignore",
        ".gitattributes",
        ".gitkeep",
    }
)
BEGINNINGS: Final = (
    "._",  # macOS: what its file system knows of the file without these two letters
    ".~lock.",  # LibreOffice
    ".nfs",  # of a file that was deleted while it was open
)
FOLDERS: Final = frozenset(
    {
        "__macosx",
        ".spotlight-v100",
        ".trashes",
        ".fseventsd",
        ".temporaryitems",
        "$recycle.bin",
        "system volume information",
        "@eadir",  # Synology
        ".git",
        ".ipynb_checkpoints",  # Jupyter
    }
)


def is_litter(path: str) -> bool:
    *parents, name = folded(path).split("/")
    return name in NAMES or name.startswith(BEGINNINGS) or not FOLDERS.isdisjoint(parents)
