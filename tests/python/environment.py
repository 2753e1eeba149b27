"""Makes one Python environment: environment.py FOLDER REQUIREMENTS [RELEASE COLLECTION...]

REQUIREMENTS is a complete list for pip. RELEASE names the release of the `ansible` package (`ansible==VERSION`) out of which
the collections are taken; the other hundred are left in the wheel.
"""

import glob
import os
import shutil
import subprocess
import sys
import venv
import zipfile

# Of a large collection, the parts that are needed: `json_query`.
PARTS = {"community/general": ["plugins/filter/", "plugins/module_utils/", "meta/", "MANIFEST.json"]}
# The release may need a newer Python than the collections that are taken out of it do.
PYTHON = ["--python-version", "3.12", "--only-binary=:all:"]


def main(folder, requirements, release=None, *collections):
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=True)
    python = os.path.join(folder, "bin", "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-deps", "-r", requirements], check=True)
    subprocess.run([*pip, "check"], check=True)
    if not release:
        return
    wheels = os.path.join(folder, "wheels")
    subprocess.run([*pip, "download", "--no-deps", *PYTHON, "-d", wheels, release], check=True)
    libraries = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.strip()
    prefixes = tuple(f"ansible_collections/{name}/{part}" for name in collections for part in PARTS.get(name, [""]))
    with zipfile.ZipFile(glob.glob(os.path.join(wheels, "*.whl"))[0]) as wheel:
        members = [name for name in wheel.namelist() if name.startswith(prefixes) and "/tests/" not in name]
        wheel.extractall(libraries, members)
    shutil.rmtree(wheels)


main(*sys.argv[1:])
