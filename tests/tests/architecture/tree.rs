//! The files of the project, as text.

use std::path::{Path, PathBuf};

/// Folders that hold what was built or fetched, or what a running city keeps.
const FOREIGN: [&str; 7] = [".cache", ".git", "__pycache__", "data", "dist", "node_modules", "target"];

/// A file of the project.
pub(crate) struct File {
    /// Its path below the root, with forward slashes.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl File {
    /// The name without the folder.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the file name ends in one of these.
    pub(crate) fn ends(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).map(Path::to_owned).unwrap_or_default()
}

/// The text of one file that must be there.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text files below a folder of the root, `""` for all, in the order of their paths.
pub(crate) fn files(below: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The Rust files below a folder.
pub(crate) fn rust(below: &str) -> Vec<File> {
    files(below).into_iter().filter(|file| file.ends(&["rs"])).collect()
}

/// The names of the folders directly in a folder.
pub(crate) fn folders(below: &str) -> Vec<String> {
    let folders = entries(&root().join(below)).into_iter().filter(|(path, _)| path.is_dir());
    folders.map(|(_, name)| name).collect()
}

/// The rooms of the city: the crates in `resolvers`.
pub(crate) fn rooms() -> Vec<String> {
    folders("resolvers").into_iter().filter(|name| !name.starts_with('_')).collect()
}

/// What is in a folder and belongs to the project, by name.
fn entries(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut named: Vec<_> = entries.flatten().map(|entry| (entry.path(), entry.file_name().to_string_lossy().into_owned())).collect();
    named.retain(|(_, name)| !FOREIGN.contains(&name.as_str()));
    named.sort();
    named
}

fn collect(folder: &Path, found: &mut Vec<File>) {
    for (path, _) in entries(folder) {
        if path.is_dir() {
            collect(&path, found);
        } else if let (Ok(text), Ok(below)) = (std::fs::read_to_string(&path), path.strip_prefix(root())) {
            found.push(File { path: below.to_string_lossy().replace('\\', "/"), text });
        }
    }
}

/// Fails with all complaints at once, one a line.
pub(crate) fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
