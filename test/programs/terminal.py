"""
python3 terminal.py attached|detached COMMAND ARGS...: runs a command with a terminal as its standard input, output and error; attached it is its
controlling terminal. On its own standard input, `close` closes the terminal, `end` sends SIGTERM. Prints `ready`, `closed`, and `exit N` at the end.
"""
import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import threading

master, slave = pty.openpty()


def take_terminal():
    os.setsid()
    if sys.argv[1] == 'attached':
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


child = subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal)
os.close(slave)


def obey():
    for line in sys.stdin:
        if line == 'close\n':
            os.close(master)
            print('closed', flush=True)
        else:
            child.send_signal(signal.SIGTERM)


print('ready', flush=True)
threading.Thread(target=obey, daemon=True).start()
print('exit', child.wait(), flush=True)
