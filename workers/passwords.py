"""Make the passwords of a new installation: `python -m workers.passwords FOLDER`.

Docker mounts each file where `Settings.secrets_dir` reads it, with the owner and the rights that it has here, and the
containers run as others: so the files are readable by everybody, and the folder keeps strangers out.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

DATABASE_URL = "postgresql+psycopg://pharmcheck:{}@postgres:5432/pharmcheck"
BROKER_URL = "redis://:{}@redis:6379/0"


def make_secrets(folder: Path) -> list[str]:
    """Write every file that is missing and return their names.  A password that is there is kept, never shown.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []

    def file(name: str, text: str) -> str:
        path = folder / name
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        path.write_text(text, encoding="ascii")
        path.chmod(0o444)
        made.append(name)
        return text

    for password, address, form in (
        ("postgres_password", "pharmcheck_database_url", DATABASE_URL),
        ("redis_password", "pharmcheck_broker_url", BROKER_URL),
    ):
        file(address, form.format(file(password, secrets.token_urlsafe(32))))
    return made


def main() -> int:
    """Make them, and say which were made."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    try:
        made = make_secrets(folder)
    except OSError as error:
        sys.stderr.write(f"The secrets cannot be written to {folder}: {error.strerror}.\n")
        return 1
    sys.stdout.write(f"{folder}: {', '.join(made) if made else 'nothing was missing'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
