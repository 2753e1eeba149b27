"""Fetches the inventory script `ec2.py` out of the release that was the last to have it: fetch_ec2_script.py FILE"""

import glob
import os
import subprocess
import sys
import tarfile
import tempfile

RELEASE = "ansible==2.9.27"
MEMBER = "ansible-2.9.27/contrib/inventory/ec2.py"


def main(file):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = ["--no-deps", "--no-binary=:all:", "--no-build-isolation"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*pip, "download", *source, "-d", folder, RELEASE], check=True)
        with tarfile.open(glob.glob(os.path.join(folder, "*.tar.gz"))[0]) as archive:
            text = archive.extractfile(MEMBER).read()
    unfinished = f"{file}.{os.getpid()}"
    with open(unfinished, "wb") as out:
        out.write(text)
    os.replace(unfinished, file)


main(sys.argv[1])
