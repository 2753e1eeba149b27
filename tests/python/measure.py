"""Runs a program and prints what it cost as JSON: measure.py PROGRAM [ARGUMENT]...

`cpu` is user and system time in seconds, `wall` seconds, `memory` the peak resident size in MB; of a program that runs
others the costs are summed, the memory is that of the largest. What the program prints is only counted (`bytes`).
"""

import json
import resource
import subprocess
import sys
import time

start = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
count = 0
while chunk := process.stdout.read(1 << 16):
    count += len(chunk)
code = process.wait()
wall = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "code": code, "bytes": count, "wall": wall,
    "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024,
}))
