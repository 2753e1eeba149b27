//! The pinned Python environments: made once under the target folder, shared by all tests and processes.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::binary::target_folder;

/// Names a folder that keeps the environments between builds, instead of `python` in the target folder.
pub const CACHE_VARIABLE: &str = "CLOUD_INVENTORY_TEST_PYTHON_CACHE";
/// Names the Python that makes the environments, instead of the first suitable one on `PATH`.
pub const PYTHON_VARIABLE: &str = "CLOUD_INVENTORY_TEST_PYTHON";
/// What `ansible-core` 2.16.14 and 2.19.14 both run on.
const SUITABLE: [&str; 2] = ["3.11", "3.12"];
/// The release that the collections are taken from, and they: `amazon.aws` 10.1.2 and `google.cloud` 1.10.2.
const MAIN: [&str; 5] =
    ["ansible==12.3.0", "amazon/aws", "ansible/utils", "community/general", "google/cloud"];
/// The same for Azure: `azure.azcollection` 3.21.0.
const AZURE: [&str; 2] = ["ansible==14.5.0", "azure/azcollection"];
const MAKER: &str = include_str!("../python/environment.py");

/// One installed set of Python packages.
#[derive(Debug)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Returns the environment of ansible-core 2.19 with `amazon.aws`, boto3, moto, and `google.cloud`, made now if need be.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn current() -> &'static Self {
        static CURRENT: LazyLock<Environment> =
            LazyLock::new(|| Environment::ensure("main", include_str!("../python/requirements.txt"), &MAIN));
        &CURRENT
    }

    /// Returns the environment of ansible-core 2.16, the oldest that the script contract is tested on.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn oldest() -> &'static Self {
        static OLDEST: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("oldest", include_str!("../python/requirements-2.16.txt"), &[])
        });
        &OLDEST
    }

    /// Returns the environment of the AWS command line, which brings a botocore of its own.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn aws_command_line() -> &'static Self {
        static COMMAND_LINE: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("aws-cli", include_str!("../python/requirements-aws-cli.txt"), &[])
        });
        &COMMAND_LINE
    }

    /// Returns the environment of ansible-core 2.19 with `azure.azcollection` and what its inventory plugin needs.
    ///
    /// It is the largest (360 MB), so only the tests that ask for it make it.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn azure() -> &'static Self {
        static AZURE_ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("azure", include_str!("../python/requirements-azure.txt"), &AZURE)
        });
        &AZURE_ENVIRONMENT
    }

    /// Returns the environment of `jsonschema`, which reads examples as an editor does.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn json_schema() -> &'static Self {
        static JSON_SCHEMA: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("schema", include_str!("../python/requirements-schema.txt"), &[])
        });
        &JSON_SCHEMA
    }

    /// Returns the environment of boto 2.49, which the inventory script `ec2.py` asks AWS with.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn ec2_script() -> &'static Self {
        static EC2_SCRIPT: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("ec2-script", include_str!("../python/requirements-ec2-script.txt"), &[])
        });
        &EC2_SCRIPT
    }

    /// Returns the environment that brings a server of the Redis protocol.
    ///
    /// # Panics
    /// With the reason, when it cannot be made.
    pub fn redis() -> &'static Self {
        static REDIS: LazyLock<Environment> = LazyLock::new(|| {
            Environment::ensure("redis", include_str!("../python/requirements-redis.txt"), &[])
        });
        &REDIS
    }

    /// Returns the path of a program of the environment, such as `ansible-inventory`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Returns the folder of the environment's programs, for `PATH`.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Returns the folder of the environment's packages, such as `lib/python3.11/site-packages`.
    ///
    /// # Panics
    /// When it is not there.
    pub fn libraries(&self) -> PathBuf {
        let versions = fs::read_dir(self.folder.join("lib")).expect("the libraries of the environment");
        let mut folders =
            versions.map(|entry| entry.expect("an entry of the folder").path().join("site-packages"));
        folders.find(|folder| folder.is_dir()).expect("the packages of the environment")
    }

    /// Makes the environment unless its marker says that it is whole; other processes wait for the first one.
    fn ensure(name: &str, requirements: &str, collections: &[&str]) -> Self {
        let python = find_python();
        let mut hasher = DefaultHasher::new();
        (&python.version, requirements, collections, MAKER).hash(&mut hasher);
        let cache =
            std::env::var_os(CACHE_VARIABLE).map_or_else(|| target_folder().join("python"), PathBuf::from);
        fs::create_dir_all(&cache)
            .unwrap_or_else(|error| panic!("cannot make `{}`: {error}", cache.display()));
        // Scripts in an environment start with its absolute path.
        let cache = cache.canonicalize().expect("the folder was made");
        let folder = cache.join(format!("{name}-{:016x}", hasher.finish()));
        let marker = folder.join("READY");
        // The marker tells where the environment was made: a target folder may have been moved or copied since.
        let is_ready = || fs::read(&marker).is_ok_and(|place| place == folder.as_os_str().as_bytes());
        if !is_ready() {
            let lock = File::create(folder.with_extension("lock")).expect("the lock of the environment");
            lock.lock().expect("the lock of the environment");
            if !is_ready() {
                make(&python.path, &folder, requirements, collections);
                fs::write(&marker, folder.as_os_str().as_bytes()).expect("the marker of the environment");
            }
        }
        Self { folder }
    }
}

struct Python {
    path: PathBuf,
    version: String,
}

/// Returns the path of a Python whose version all packages support.
///
/// # Panics
/// When there is none.
pub fn interpreter() -> PathBuf {
    find_python().path
}

/// Finds a Python whose version all packages support.
fn find_python() -> Python {
    let named = std::env::var_os(PYTHON_VARIABLE).map(PathBuf::from);
    let candidates = match named {
        Some(path) => vec![path],
        None => ["python3", "python3.11", "python3.12"].map(PathBuf::from).to_vec(),
    };
    let mut seen = Vec::new();
    for path in candidates {
        match version_of(&path) {
            Ok(version) if SUITABLE.contains(&version.as_str()) => return Python { path, version },
            Ok(version) => seen.push(format!("`{}` is {version}", path.display())),
            Err(reason) => seen.push(format!("`{}`: {reason}", path.display())),
        }
    }
    panic!(
        "the tests need Python {} (on PATH, or named by {PYTHON_VARIABLE}): {}",
        SUITABLE.join(" or "),
        seen.join("; ")
    );
}

fn version_of(path: &Path) -> Result<String, String> {
    let script = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(path).args(["-c", script]).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn make(python: &Path, folder: &Path, requirements: &str, collections: &[&str]) {
    let list = folder.with_extension("txt");
    fs::write(&list, requirements).expect("the list of requirements");
    let output = Command::new(python)
        .args(["-c", MAKER])
        .arg(folder)
        .arg(&list)
        .args(collections)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot run `{}`: {error}", python.display()));
    assert!(
        output.status.success(),
        "cannot make the Python environment `{}` (it needs the `venv` module and a package index):\n{}{}",
        folder.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
