mod deadlines;
mod dues;
mod faults;
mod histories;
mod loading;
mod policies;
mod proposals;
mod routing;
mod steps;
mod versions;

use crate::{Library, embedded::FILES};

/// Loads the embedded files with one of them changed; the first mistake, as an official reads it.
fn load_with(file: &str, from: &str, to: &str) -> Result<Library, String> {
    let changed: Vec<(&str, String)> = FILES
        .iter()
        .map(|(name, text)| {
            if !name.ends_with(file) {
                return (*name, (*text).to_owned());
            }
            assert!(text.contains(from), "{file} has no {from}");
            (*name, text.replacen(from, to, 1))
        })
        .collect();
    let files: Vec<(&str, &str)> = changed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Library::load(&files).map_err(|error| error.to_string())
}

/// Changes a file; the mistake names the file, the line that begins with `line`, and the reason.
fn check_at(file: &str, from: &str, to: &str, line: &str, expected: &str) {
    let error = load_with(file, from, to).map(|_| ()).expect_err(expected);
    let (place, reason) = error.split_once(": ").unwrap();
    assert!(place.contains(file) && reason.contains(expected), "{error} (expected {expected})");
    let number: usize = place.rsplit(':').next().unwrap().parse().unwrap();
    let text = FILES.iter().find(|(name, _)| name.ends_with(file)).unwrap().1.replacen(from, to, 1);
    let found = text.lines().nth(number - 1).unwrap();
    assert!(found.contains(line), "{error}: that line is `{found}`, not `{line}`");
}

/// The mistake is on the line that was changed.
fn check(file: &str, from: &str, to: &str, expected: &str) {
    check_at(file, from, to, to.lines().next().unwrap_or_default(), expected);
}
