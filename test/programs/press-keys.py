"""Types at a program on a terminal of its own: press-keys.py STEPS PROGRAM ARGS...

STEPS is JSON: pairs of what is typed and what must be shown then, as a regular expression. Prints all that was shown as a JSON string; ends with
1 where something was not shown in time.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LIMIT_S = 30
# No line is broken.
ROWS, COLUMNS = 50, 500

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.execvp(program[0], program)

shown = ""
code = 0


def wait_for(expected, since):
    global shown
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if re.search(expected, shown[since:]):
            return True
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                shown += os.read(terminal, 65536).decode("utf-8", "replace")
            except OSError:
                return re.search(expected, shown[since:]) is not None
    return False


for typed, expected in steps:
    since = len(shown)
    os.write(terminal, typed.encode())
    if not wait_for(expected, since):
        code = 1
        break
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print(json.dumps(shown))
sys.exit(code)
