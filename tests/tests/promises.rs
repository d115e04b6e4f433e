//! `tests/PROMISES.md` beside the sources: each sentence stands in the comments of its file, and each test exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A row of the page.
#[derive(Debug, PartialEq)]
struct Promise {
    sentence: String,
    file: String,
    tests: Vec<String>,
}

/// The promises of a page, by the heading they stand below. A line that begins like a row and is none is a mistake.
fn promises(page: &str) -> BTreeMap<String, Vec<Promise>> {
    let (mut below, mut found) = (String::new(), BTreeMap::<String, Vec<Promise>>::new());
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut below);
        }
        let is_row = line.starts_with("| ") && !line.starts_with("| promise |") && !line.starts_with("| --- |");
        if is_row {
            let cells = line.strip_prefix("| ").and_then(|l| l.strip_suffix(" |")).unwrap();
            // A bar within a cell is written with a stroke before it.
            let cells = cells.replace("\\|", "\0");
            let cells: Vec<String> = cells.split(" | ").map(|cell| cell.replace('\0', "|")).collect();
            let [sentence, file, tests] = <[String; 3]>::try_from(cells).unwrap_or_else(|_| panic!("{line}"));
            let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
            let [file] = <[String; 1]>::try_from(quoted(&file)).unwrap_or_else(|_| panic!("{line}"));
            found.entry(below.clone()).or_default().push(Promise { sentence, file, tests: quoted(&tests) });
        }
    }
    found
}

/// The comments of a source, without their marks and line breaks.
fn documentation(source: &str) -> String {
    let lines = source.lines().map(str::trim_start);
    let lines = lines.filter_map(|line| line.strip_prefix("///").or_else(|| line.strip_prefix("//!")));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// Whether a source has a test of this name: a function behind `#[test]`, one in `proptest!`, or one of those that a law's
/// name gives, `fn matmul() = "matmul";`.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let begins = line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name));
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with('#') || line.starts_with("//"));
        let of_laws = begins.is_some_and(|rest| rest.starts_with("() = \""));
        of_laws || begins.is_some_and(|rest| rest.starts_with('(')) && above.into_iter().any(|line| *line == "#[test]")
    })
}

/// What is wrong with a promise.
fn wrong(promise: &Promise) -> Vec<String> {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap_or_default();
    let mut wrong = Vec::new();
    if !documentation(&read(&promise.file)).contains(&promise.sentence) {
        wrong.push(format!("{}: does not say: {}", promise.file, promise.sentence));
    }
    if promise.tests.is_empty() {
        wrong.push(format!("no test holds: {}", promise.sentence));
    }
    for test in &promise.tests {
        let (file, name) = test.split_once("::").unwrap();
        if !has_test(&read(file), name) {
            wrong.push(format!("{test} is no test"));
        }
    }
    wrong
}

#[test]
fn every_promise_is_in_its_source_and_every_test_exists() {
    let page = fs::read_to_string(root().join("tests/PROMISES.md")).unwrap();
    let promises = promises(&page);
    for (name, least) in [("kernels", 20), ("autodiff", 12), ("analysis", 12), ("images", 8)] {
        let of_crate = promises.get(name).map_or(&[][..], Vec::as_slice);
        assert!(of_crate.len() >= least, "{name}: {}", of_crate.len());
        for promise in of_crate {
            assert!(promise.file.starts_with(&format!("crates/{name}/src/")), "{promise:?}");
        }
    }
    let found: Vec<String> = promises.values().flatten().flat_map(wrong).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_sentence_that_nobody_says_and_a_test_that_is_none_are_found() {
    let page = "# P\n\n## kernels\n\n| promise | in | held by |\n| --- | --- | --- |\n\
                | at most `a \\| b`; | `f.rs` | `g.rs::h`, `g.rs::i` |\n";
    let promise = Promise {
        sentence: "at most `a | b`;".to_owned(),
        file: "f.rs".to_owned(),
        tests: vec!["g.rs::h".to_owned(), "g.rs::i".to_owned()],
    };
    let found = promises(page);
    assert_eq!(found["kernels"], [promise]);
    assert_eq!(wrong(&found["kernels"][0]).len(), 3);
    let source = "//! One\n//! sentence.\nfn plain() {}\n    /// Another, in\n    /// two lines.\n    #[test]\n    fn tested() {}\n";
    assert_eq!(documentation(source), "One sentence. Another, in two lines.");
    assert!(has_test(source, "tested") && !has_test(source, "test") && !has_test(source, "plain"));
}
