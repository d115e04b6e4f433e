//! Inside a crate, too, arrows go one way: no file uses one that uses it, directly or by way of others. A module and what is
//! inside it are one room, and may speak of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use streamscope_tests::harness::root;

/// A module by the names on the way to it from its crate's root.
type Module = Vec<String>;

/// Each module of a crate and those that it uses.
type Arrows = BTreeMap<Module, BTreeSet<Module>>;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The module that a file below `src` is; `None` for tests, which may use anything.
fn module(src: &Path, file: &Path) -> Option<Module> {
    let below = file.strip_prefix(src).unwrap().with_extension("");
    let mut names: Module = below.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    if matches!(names.last().map(String::as_str), Some("lib" | "main" | "mod")) {
        names.pop();
    }
    (!names.iter().any(|name| name == "tests" || name == "testing")).then_some(names)
}

/// A source without comments, and without its tests.
fn code(source: &str) -> String {
    let of_the_program = source.split("#[cfg(test)]").next().unwrap_or_default();
    of_the_program.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `crate` or `super`, with what stands in braces written out.
fn paths(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':') {
                written_out(&code[at..], &[], &mut found);
            }
        }
    }
    found
}

/// Takes a path at the beginning of a text, or several in braces; what is left of the text.
fn written_out<'a>(text: &'a str, before: &[String], found: &mut Vec<Module>) -> &'a str {
    let mut path = before.to_vec();
    let mut rest = text.trim_start();
    loop {
        if let Some(inside) = rest.strip_prefix('{') {
            rest = inside;
            loop {
                rest = written_out(rest, &path, found).trim_start();
                match rest.strip_prefix(',') {
                    Some(next) => rest = next.trim_start(),
                    None => return rest.strip_prefix('}').unwrap_or(rest),
                }
                if let Some(after) = rest.strip_prefix('}') {
                    return after;
                }
            }
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        path.push(rest[..end].to_owned());
        match rest[end..].strip_prefix("::") {
            Some(next) => rest = next.trim_start(),
            None => {
                rest = &rest[end..];
                break;
            }
        }
    }
    found.push(path);
    // Another name for it, or all that is in it.
    let rest = rest.strip_prefix('*').unwrap_or(rest).trim_start();
    match rest.strip_prefix("as ") {
        Some(name) => name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
        None => rest,
    }
}

/// The modules that each module of some sources uses; sources by their modules.
fn arrows(sources: &BTreeMap<Module, String>) -> Arrows {
    let folders: BTreeSet<Module> = sources.keys().filter_map(|m| Some(m.split_last()?.1.to_vec())).collect();
    let mut arrows = Arrows::new();
    for (module, source) in sources {
        let used = arrows.entry(module.clone()).or_default();
        for path in paths(&code(source)) {
            let up = path.iter().take_while(|name| *name == "super").count();
            let mut full = match path[0].as_str() {
                "crate" => path[1..].to_vec(),
                _ => [&module[..module.len().saturating_sub(up)], &path[up..]].concat(),
            };
            // The file that holds what is named: of an item, the longest part of its path that is a module.
            while !full.is_empty() && !sources.contains_key(&full) && !folders.contains(&full) {
                full.pop();
            }
            let one_room = full.starts_with(module) || module.starts_with(&full);
            if !full.is_empty() && !one_room {
                used.insert(full);
            }
        }
    }
    arrows
}

/// The modules on a way from a module back to it, if there is one.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    for start in arrows.keys() {
        let mut ways = vec![vec![start]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop() {
            for next in way.last().and_then(|&last| arrows.get(last)).into_iter().flatten() {
                if next == start {
                    return Some(way.iter().map(|module| module.join("/")).collect());
                }
                if seen.insert(next) {
                    ways.push([&way[..], &[next]].concat());
                }
            }
        }
    }
    None
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let mut crates = vec![root().join("xtask/src"), root().join("benches/src")];
    crates.extend(fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src")));
    let mut looked_at = 0;
    for src in crates.iter().filter(|src| src.is_dir()) {
        let mut all = Vec::new();
        files(src, &mut all);
        let of = |file: PathBuf| Some((module(src, &file)?, fs::read_to_string(&file).unwrap()));
        let arrows = arrows(&all.into_iter().filter_map(of).filter(|(module, _)| !module.is_empty()).collect());
        looked_at += arrows.values().map(BTreeSet::len).sum::<usize>();
        assert_eq!(circle(&arrows), None, "{}", src.display());
    }
    assert!(looked_at > 500, "only {looked_at} arrows were found");
}

#[test]
fn circles_of_two_and_of_three_are_found_and_a_room_is_none() {
    let sources = |of: &[(&str, &str)]| -> BTreeMap<Module, String> {
        of.iter().map(|(m, s)| (m.split('/').map(str::to_owned).collect(), (*s).to_owned())).collect()
    };
    let found = |of: &[(&str, &str)]| circle(&arrows(&sources(of)));
    assert_eq!(found(&[("a", "use crate::b::B;"), ("b", "use super::a::{Other as B, A};")]).unwrap(), ["a", "b"]);
    let three = [
        ("a", "use crate::{c::C, b::{self, B}};"),
        ("b", "fn f(x: crate::d::D) {}"),
        ("c", ""),
        ("d", "use super::a;"),
    ];
    assert_eq!(found(&three).unwrap().len(), 3);
    // Of one's own room, of tests, and in comments.
    assert_eq!(found(&[("a", "pub use self::b::B;\nuse crate::a::b::C;"), ("a/b", "use super::A;")]), None);
    assert_eq!(found(&[("a", "use crate::b::B;"), ("b", "// crate::a\n#[cfg(test)]\nuse crate::a::A;")]), None);
    assert_eq!(found(&[("a/x", "use crate::b::B;"), ("b/y", "use super::super::a::x::A;"), ("b", "")]), None);
    assert_eq!(found(&[("a/x", "use crate::b::y::B;"), ("b/y", "use super::super::a::x::A;")]).unwrap().len(), 2);
}
