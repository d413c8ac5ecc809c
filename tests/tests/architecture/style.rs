//! How files look.

use crate::{
    code::{part, words},
    tree::{File, files, none, read, rust},
};

/// Files that people write as code.
const CODE: [&str; 7] = ["js", "jsx", "mjs", "py", "rs", "ts", "css"];

const LINES_MAX: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// Macros and attributes that leave work undone or a check undone.
const UNDONE: [&str; 6] = ["todo!", "unimplemented!", "#[ignore", "#[should_panic", "#[allow", "#![allow"];

/// Comments that promise.
const PROMISES: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// Folders of the machine on which a line was written.
const MACHINE: [&str; 4] = ["/home/", "/root/", "/Users/", "/work/"];

fn check(files: impl IntoIterator<Item = File>, complain: impl Fn(&File) -> Option<String>) {
    none(&files.into_iter().filter_map(|file| complain(&file).map(|why| format!("{}: {why}", file.path))).collect::<Vec<_>>());
}

#[test]
fn no_file_of_code_is_over_500_lines() {
    check(files(""), |file| {
        let lines = file.text.lines().count();
        (file.ends(&CODE) && lines > LINES_MAX).then(|| format!("{lines} lines"))
    });
}

#[test]
fn names_of_files_say_what_is_inside() {
    check(files(""), |file| {
        let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or_default());
        let empty = parts.into_iter().find(|part| EMPTY_NAMES.contains(part))?;
        Some(format!("{empty} says nothing"))
    });
}

#[test]
fn nothing_is_left_undone() {
    check(rust(""), |file| {
        let voices = part(&file.text);
        let code: String = voices.code.split_whitespace().collect();
        UNDONE.into_iter().find(|mark| code.contains(mark)).map(str::to_owned)
    });
    check(files("").into_iter().filter(|file| file.ends(&CODE) || file.ends(&["md", "toml", "yml"])), |file| {
        let text = if file.ends(&["rs"]) { part(&file.text).comments } else { file.text.clone() };
        let promise = words(&text).find(|word| PROMISES.contains(word))?;
        Some(format!("{promise}: do it now or leave it out"))
    });
}

#[test]
fn no_text_tells_of_the_machine_it_was_written_on() {
    let own = file!().replace('\\', "/");
    check(files("").into_iter().filter(|file| !own.ends_with(&file.path)), |file| {
        let path = MACHINE.into_iter().find(|path| {
            file.text.match_indices(path).any(|(at, _)| !file.text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}$".contains(c)))
        })?;
        Some(format!("names {path}"))
    });
}

#[test]
fn names_of_tests_are_sentences() {
    check(rust(""), |file| {
        let code = part(&file.text).code;
        let mut lines = code.lines().map(str::trim).filter(|line| !line.is_empty());
        while let Some(line) = lines.next() {
            if !(line.ends_with("test]") || line.contains("::test(")) || !line.starts_with("#[") {
                continue;
            }
            let function = lines.find(|line| !line.starts_with("#[")).unwrap_or_default();
            let name = function.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap_or_default();
            if name.split('_').count() < 3 {
                return Some(format!("{name} is not a sentence"));
            }
        }
        None
    });
}

#[test]
fn every_dependency_says_why_it_is_here() {
    let manifest = read("Cargo.toml");
    let section = manifest.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let mut above = false;
    let mut complaints = Vec::new();
    for line in section.lines().map(str::trim) {
        if line.is_empty() || line.starts_with("# --") {
            above = false;
        } else if line.starts_with('#') {
            above = true;
        } else if !above && !line.contains('#') && !line.contains("path = ") {
            complaints.push(format!("Cargo.toml: why {}?", line.split(' ').next().unwrap_or_default()));
        }
    }
    none(&complaints);
}
