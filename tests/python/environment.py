"""Makes one Python environment: environment.py FOLDER REQUIREMENTS [COLLECTIONS]

REQUIREMENTS is a complete list for pip. COLLECTIONS names the release of the `ansible` package (`ansible==VERSION`) out of
which the few collections that the tests need are taken; the other hundred are left in the wheel.
"""

import glob
import os
import shutil
import subprocess
import sys
import venv
import zipfile

WANTED = {
    "amazon/aws": [""],
    "ansible/utils": [""],
    # only `json_query` is needed of this large one
    "community/general": ["plugins/filter/", "plugins/module_utils/", "meta/", "MANIFEST.json"],
}


def main(folder, requirements, collections=None):
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=True)
    python = os.path.join(folder, "bin", "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-deps", "-r", requirements], check=True)
    subprocess.run([*pip, "check"], check=True)
    if not collections:
        return
    wheels = os.path.join(folder, "wheels")
    subprocess.run([*pip, "download", "--no-deps", "--only-binary=:all:", "-d", wheels, collections], check=True)
    libraries = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.strip()
    prefixes = tuple(f"ansible_collections/{name}/{part}" for name, parts in WANTED.items() for part in parts)
    with zipfile.ZipFile(glob.glob(os.path.join(wheels, "*.whl"))[0]) as wheel:
        members = [name for name in wheel.namelist() if name.startswith(prefixes) and "/tests/" not in name]
        wheel.extractall(libraries, members)
    shutil.rmtree(wheels)


main(*sys.argv[1:])
