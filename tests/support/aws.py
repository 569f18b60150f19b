"""Runs the AWS CLI many times in forks of one process, because most of a run's time is Python's imports.

Each line of standard input is a run as JSON; a line with its exit code is the answer.
"""
import json
import os
import runpy
import signal
import sys
import time

script = sys.argv[1]
runs, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
before = dict(os.environ)
# What each run would import.
import awscli.clidriver
import awscli.handlers
import awscli.help

# The imports set where its data is.
own = {name: value for name, value in os.environ.items() if before.get(name) != value}


def become(run):
    os.environ.clear()
    os.environ.update(run["env"] | own)
    time.tzset()
    os.chdir(run["folder"])
    # A pipe, as in a script: it can't be opened by its name and read again.
    input_, writer = os.pipe()
    os.write(writer, run["input"].encode())
    os.close(writer)
    os.dup2(input_, 0)
    for stream, path in (1, run["stdout"]), (2, run["stderr"]):
        os.dup2(os.open(path, os.O_WRONLY), stream)
    sys.argv = [script, *run["args"]]
    # One of its parsers loops forever: seconds of computing, because the machine may be busy.
    signal.setitimer(signal.ITIMER_PROF, 5)


for line in runs:
    child = os.fork()
    if child == 0:
        become(json.loads(line))
        runpy.run_path(script, run_name="__main__")
        sys.exit()
    answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
    answers.flush()
