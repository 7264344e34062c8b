"""`python -m cli`: runs one sub-command inside the environment."""

import sys
from importlib import import_module

from cli.console import CliError, complain, disk_is_full
from cli.parser import parse
from platform_backend.config import ConfigError, config
from platform_backend.private import become_private


def main(argv: list[str]) -> int:
    become_private()
    arguments = parse(argv)
    command = import_module(
        f"cli.commands.{arguments.command.replace('-', '_')}"
    )  # the parser allows only those that exist
    try:
        return int(command.run(arguments))
    except ConfigError as error:
        for line in str(error).splitlines():
            complain(line)
        return 2
    except CliError as error:
        complain(str(error))
        return error.code
    except BrokenPipeError:  # `| head`
        sys.stderr.close()
        return 0
    except OSError as error:
        if not disk_is_full(error, config().state):
            raise
        return 1
    except KeyboardInterrupt:
        complain("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
