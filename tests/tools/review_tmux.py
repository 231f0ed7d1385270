"""`canaryform review` in a terminal of 80 columns, with and without color, by the keys that a person presses.

    review_tmux.py BINARY
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Timeout: 3
      MemorySize: 128
      AutoPublishAlias: live
"""
SOCKET = f"canaryform-review-{os.getpid()}"


def tmux(*arguments):
    done = subprocess.run(["tmux", "-L", SOCKET, "-f", "/dev/null", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def screen(colored=False):
    return tmux("capture-pane", "-p", *(["-e"] if colored else []), "-t", "review")


def wait_for(words, colored=False):
    """The screen, once it shows these words; it is told what stands there where it never does."""
    for _ in range(300):
        shown = screen()
        if words in shown:
            return screen(colored)
        time.sleep(0.1)
    raise SystemExit(f"never shown: {words!r}\n{screen()}")


def press(*keys):
    tmux("send-keys", "-t", "review", *keys)


def review(binary, color):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        names = ["one", "two", "three"]
        environment = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "VISUAL")}
        for name in names:
            (folder / f"{name}.yaml").write_text(TEMPLATE)
            subprocess.run([binary, "snapshot", f"{name}.yaml", "--region", "eu-west-1", "--accept"], cwd=folder, env=environment, check=True, capture_output=True)
        snapshots = {name: folder / "snapshots" / f"{name}.yaml" for name in names}
        before = {name: path.read_text() for name, path in snapshots.items()}
        # One of them needs a second look, two do not.
        (folder / "one.yaml").write_text(TEMPLATE.replace("MemorySize: 128", "MemorySize: 256"))
        (folder / "three.yaml").write_text(TEMPLATE.replace("Timeout: 3", "Timeout: 30"))
        (folder / "two.yaml").write_text(TEMPLATE.replace("MemorySize: 128", "MemorySize: 512"))
        editor = folder / "editor"
        editor.write_text('#!/bin/sh\necho "$@" > opened\n')
        editor.chmod(0o755)
        command = f"env -u CI EDITOR={shlex.quote(str(editor))} {'' if color else 'NO_COLOR=1 '}{shlex.quote(binary)} review; echo exit $?; sleep 60"
        tmux("new-session", "-d", "-s", "review", "-x", "80", "-y", "24", "-c", str(folder), command)
        try:
            shown = wait_for("one.yaml (1 of 3)", colored=True)
            assert "MemorySize 128 → 256" in screen(), screen()
            assert ("\x1b[33m~" in shown) == color, shown
            assert "\x1b[31" in wait_and_press("d", "-      MemorySize: 128", colored=True) or not color
            wait_and_press("?", "any key goes back")
            wait_and_press("x", "one.yaml (1 of 3)")
            wait_and_press("a", "three.yaml (2 of 3)")
            assert snapshots["one"].read_text() != before["one"]
            shown = screen()
            assert "! no new version" in shown, shown
            assert all(len(line) <= 80 for line in shown.splitlines()), shown
            wait_and_press("o", "three.yaml (2 of 3)")
            for _ in range(100):
                if (folder / "opened").exists():
                    break
                time.sleep(0.1)
            assert (folder / "opened").read_text() == "+9 three.yaml\n", (folder / "opened").read_text()
            # A line with `!` needs a second yes; another key takes it back.
            wait_and_press("a", "accept all the same? y/N")
            wait_and_press("n", "a accept  s skip")
            assert snapshots["three"].read_text() == before["three"]
            wait_and_press("s", "two.yaml (3 of 3)")
            if color:
                wait_and_press("A", "exit 3")
                assert snapshots["two"].read_text() != before["two"]
            else:
                wait_and_press("C-c", "exit 3")
                assert snapshots["two"].read_text() == before["two"]
            assert snapshots["three"].read_text() == before["three"]
            assert "three.yaml stays as it was" in screen(), screen()
        finally:
            tmux("kill-server")


def wait_and_press(key, words, colored=False):
    press(key)
    return wait_for(words, colored)


def main():
    binary = str(Path(sys.argv[1]).resolve())
    for color in (True, False):
        review(binary, color)
    print("reviewed with and without color")


if __name__ == "__main__":
    main()
