//! Where the third-party vectors are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One folder of third-party vectors.
#[derive(Clone, Debug)]
pub struct Vectors {
    folder: PathBuf,
}

/// The vectors in `folder` (below the root of all vectors), or nothing, after saying so, where they are absent.
#[must_use]
pub fn vectors(folder: &str) -> Option<Vectors> {
    let root = env::var_os("OB3_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"), PathBuf::from);
    let found = root.join(folder);
    if found.is_dir() {
        return Some(Vectors { folder: found });
    }
    eprintln!("skipped: no vectors at {} (OB3_VECTORS names another place)", found.display());
    None
}

impl Vectors {
    /// The path of a file.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The bytes of a file, if it is there.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path(name)).ok()
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When it can not be read: vectors that are there are there whole.
    #[must_use]
    #[expect(clippy::panic, reason = "a test can not go on without its vectors")]
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The JSON of a file.
    ///
    /// # Panics
    /// When it can not be read or is not JSON.
    #[must_use]
    #[expect(clippy::panic, reason = "a test can not go on without its vectors")]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of the files whose names end so, sorted.
    ///
    /// # Panics
    /// When the folder can not be read.
    #[must_use]
    #[expect(clippy::panic, reason = "a test can not go on without its vectors")]
    pub fn names_ending_in(&self, end: &str) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap_or_else(|error| panic!("{}: {error}", self.folder.display()));
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(end))
            .collect();
        names.sort();
        names
    }
}
