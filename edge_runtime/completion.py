"""Completion scripts for shells, written from the command's own parser."""

from __future__ import annotations

import argparse

__all__ = ["script"]

BASH = """\
_edge_infer() {{
    local now="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    COMPREPLY=()
    case "$before" in
{cases}
    esac
    if [[ "$now" == -* ]]; then
        COMPREPLY=($(compgen -W "{options}" -- "$now"))
    fi
}}
complete -o default -o filenames -F _edge_infer edge-infer
"""
ZSH = """\
#compdef edge-infer
_edge_infer() {{
    _arguments -s \\
{options}
        '*:film:_files'
}}
if [ "$funcstack[1]" = "_edge_infer" ]; then _edge_infer "$@"; else compdef _edge_infer edge-infer; fi
"""  # noqa: E501
FOLDERS, FILES = ("DIR",), ("FILE", "NAME|PATH")


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """What `bash`, `zsh` or `fish` is to read once to complete the parser's options."""
    actions = [action for action in parser._actions if action.option_strings]
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](actions)


def _bash(actions: list[argparse.Action]) -> str:
    cases = []
    for action in actions:
        if (values := _values(action)) is None:
            continue
        if values in (FOLDERS, FILES):
            # Nothing is offered here: `-o default` then offers files.
            reply = "" if values == FILES else 'COMPREPLY=($(compgen -d -- "$now")); '
        else:
            reply = f'COMPREPLY=($(compgen -W "{" ".join(values)}" -- "$now")); '
        cases.append(f"        {'|'.join(action.option_strings)}) {reply}return ;;")
    options = " ".join(name for action in actions for name in action.option_strings)
    return BASH.format(cases="\n".join(cases), options=options)


def _zsh(actions: list[argparse.Action]) -> str:
    lines = []
    for action in actions:
        values = _values(action)
        if values is None:
            taken = ""
        elif values in (FOLDERS, FILES):
            taken = ":value:_files" + (" -/" if values == FOLDERS else "")
        else:
            taken = f":value:({' '.join(values)})"
        for name in action.option_strings:
            lines.append(f"        '{name}[{_plain(action)}]{taken}' \\")
    return ZSH.format(options="\n".join(lines))


def _fish(actions: list[argparse.Action]) -> str:
    lines = []
    for action in actions:
        words = ["complete -c edge-infer"]
        for name in action.option_strings:
            words.append(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}")
        values = _values(action)
        if values == FOLDERS:
            words.append("-x -a '(__fish_complete_directories)'")
        elif values == FILES:
            words.append("-r -F")
        elif values is not None:
            words.append(f"-x -a '{' '.join(values)}'")
        words.append(f"-d '{_plain(action)}'")
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


def _values(action: argparse.Action) -> tuple[str, ...] | None:
    """What an option takes: words, `FOLDERS`, `FILES`, nothing that is known, or no value."""
    if action.nargs == 0:
        return None
    if action.choices:
        return tuple(map(str, action.choices))
    if action.metavar in FOLDERS:
        return FOLDERS
    return FILES if action.metavar in FILES else ()


def _plain(action: argparse.Action) -> str:
    """The help in words that no shell reads anything into."""
    return "".join(c for c in str(action.help or "") if c not in "'\"[]:`$\\")
